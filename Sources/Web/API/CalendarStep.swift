internal import History
internal import UsageModel

/// The widths of an answer's buckets that people name: of UTC, weeks from Monday to Sunday, months of the calendar.
enum CalendarStep: String, CaseIterable {
    case hour, day, week, month

    /// The longest.
    var seconds: Int64 {
        switch self {
        case .hour: 3600
        case .day: 86_400
        case .week: 7 * 86_400
        case .month: RangeQuery.longestMonth
        }
    }

    /// 1970-01-05, the first Monday.
    private static let monday: UnixTime = 4 * 86_400

    /// The step that a query has, if it has a name.
    init?(_ query: RangeQuery) {
        switch query.step {
        case _ where query.isMonthly: self = .month
        case Self.week.seconds where query.origin == Self.monday: self = .week
        case let step:
            let width = step ?? query.granularity.seconds
            guard let name = [Self.hour, .day].first(where: { $0.seconds == width }) else { return nil }
            self = name
        }
    }

    /// Gives a query buckets of this width.
    func apply(to query: inout RangeQuery) {
        query.step = seconds
        query.isMonthly = self == .month
        if self == .week { query.origin = Self.monday }
    }
}
