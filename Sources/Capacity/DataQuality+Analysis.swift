internal import Forecast
internal import UsageModel

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

    /// How many days each forecast has to make up between those that it knows.
    private static func filled(_ input: CapacityInput) -> [StatisticName: Int] {
        var filled: [StatisticName: Int] = [:]
        for statistic in ContractLimit.allCases.map(\.statistic) {
            let missing = input.days(statistic)?.trimmed.values.count { $0 == nil } ?? 0
            if missing > 0 { filled[statistic] = missing }
        }
        return filled
    }
}
