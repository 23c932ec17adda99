internal import Capacity
internal import Forecast
internal import Presentation

extension Phrase {
    /// A day for a cell, which does not break.
    static func cell(_ day: Int64) -> String { CalendarText.date(day).replacing(" ", with: Figure.space) }

    /// `1.2 M to 1.4 M`; nil where the bounds do not differ in the digits that are shown.
    static func interval(_ bounds: ForecastPoint.Bounds) -> String? {
        let lower = Figure.compact(bounds.lower80)
        let upper = Figure.compact(bounds.upper80)
        return lower == upper ? nil : "\(lower) to \(upper)"
    }

    /// A period's sum with all its digits; marked as a lower bound where not every day of it was fetched.
    /// - Parameter end: of what is over.
    static func exact(_ period: PeriodUsage, until end: Int64) -> String {
        guard let value = period.value else { return Figure.missing }
        return (period.isPartial(until: end) ? "≥ " : "") + Figure.exact(value.rounded())
    }

    static func share(_ value: Double?, of whole: Double?) -> String {
        guard let value, let whole, whole > 0 else { return Figure.missing }
        return Figure.percent(value / whole)
    }

    /// The change of a period from another; only where both are whole.
    static func change(_ period: PeriodUsage, from before: PeriodUsage?) -> String {
        guard let before, period.isWhole, before.isWhole else { return Figure.missing }
        return change(period.value, from: before.value)
    }
}

extension PeriodUsage {
    /// Whether it is over and every day of it was fetched.
    var isWhole: Bool { coverage >= 1 && !isRunning }

    /// Whether any of its days that are over was not fetched.
    func isPartial(until end: Int64) -> Bool {
        let over = Double(max(min(days.upperBound, end) - days.lowerBound, 0))
        // Coverage is a quotient.
        return coverage * Double(days.count) < over - 0.001
    }
}
