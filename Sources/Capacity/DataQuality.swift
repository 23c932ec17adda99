internal import Forecast
public import UsageModel

/// The data that the answers rest on.
public struct DataQuality: Sendable {
    /// The application itself, then its indices.
    public var scopes: [ScopeQuality]
    /// The share of the application's days that were fetched, in 0 ... 1. Zero when there are no days.
    public var coverage: Double
    /// Runs of days of the application that were not fetched, oldest first.
    public var missing: [Range<Int64>]
    /// Runs of days that were fetched, though no search was reported in them, oldest first. Days before
    /// ``firstDay`` are not among them: the vendor had forgotten them when they were fetched, or there was nothing.
    public var silent: [Range<Int64>]
    /// Days of the forecast statistics with no value between others, which had to be filled, by statistic; only
    /// those with any.
    public var filled: [StatisticName: Int]
    /// The first day with a value of any series of the application.
    public var firstDay: Int64?
}

/// The coverage of one scope.
public struct ScopeQuality: Sendable, Hashable {
    /// `""` for the application itself.
    public var index: IndexName
    public var coverage: Double
    /// The newest day with a value of any of its series.
    public var newest: Int64?
}

extension DataQuality {
    init(_ input: CapacityInput) {
        var newest: [IndexName: Int64] = [:]
        var firstDay: Int64?
        for series in input.series {
            let index = series.key.index
            if let day = series.days.newest?.day { newest[index] = max(newest[index] ?? day, day) }
            if index.isEmpty, let first = series.days.values.firstIndex(where: { $0 != nil }) {
                let day = series.days.firstDay + Int64(first)
                firstDay = min(firstDay ?? day, day)
            }
        }
        let fetched = (input.covered[""] ?? RangeSet()).intersection(RangeSet(input.days))
        scopes = ([""] + input.indices).map { index in
            ScopeQuality(index: index, coverage: input.coverage(of: index), newest: newest[index])
        }
        coverage = input.coverage(of: "")
        missing = Array(RangeSet(input.days).subtracting(fetched).ranges)
        silent = firstDay.map { Self.silent(fetched, since: $0, input) } ?? []
        filled = Self.filled(input)
        self.firstDay = firstDay
    }

    /// The runs of days among `fetched`, from `firstDay` on, in which nobody searched.
    private static func silent(
        _ fetched: RangeSet<Int64>, since firstDay: Int64, _ input: CapacityInput
    ) -> [Range<Int64>] {
        let searches = input.days("total_search_requests") ?? input.days("billed_search_requests")
        let searched = (searches?.values(in: input.days) ?? []).filter { $0.value > 0 }
        let before = input.days.lowerBound..<max(firstDay, input.days.lowerBound)
        let told = [before] + searched.map { $0.day..<$0.day + 1 }
        return Array(fetched.subtracting(RangeSet(told)).ranges)
    }

    /// Counts the days that each forecast has to fill between those that it knows.
    private static func filled(_ input: CapacityInput) -> [StatisticName: Int] {
        var filled: [StatisticName: Int] = [:]
        for statistic in Set(input.limits.map(\.statistic)) {
            let missing = input.days(statistic)?.trimmed.values.count { $0 == nil } ?? 0
            if missing > 0 { filled[statistic] = missing }
        }
        return filled
    }
}
