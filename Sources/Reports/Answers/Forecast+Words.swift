public import Forecast
internal import Presentation

extension ForecastFailure {
    /// The reason, for the middle of a sentence.
    public var words: String {
        switch self {
        case .empty: "no values were reported"
        case .tooShort(let days, let needed):
            "only \(days) \(days == 1 ? "day has" : "days have") values; a forecast needs \(needed)"
        case .ended(let day): "no values since \(CalendarText.date(day - 1))"
        }
    }
}

extension ForecastMethod {
    /// The method, for a cell of a table.
    var words: String {
        switch self {
        case .combination: "mean of three methods"
        case .smoothing: "exponential smoothing"
        case .dampedTrend: "damped trend"
        case .theta: "theta"
        case .linearTrend: "linear trend"
        case .yearlySeason: "mean of three methods, with yearly seasonality"
        case .seasonalNaive: "last week, repeated"
        }
    }
}
