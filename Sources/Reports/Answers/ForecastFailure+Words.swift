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
