import History
import Testing
import UsageModel

@Suite("What counts as fetched")
struct FetchedTests {
    private func set(_ ranges: (Int64, Int64)...) -> TimeRangeSet { TimeRangeSet(ranges.map { TimeRange($0.0, $0.1) }) }

    @Test("A statistic is fetched where it, or all of them, were answered")
    func one() {
        let answered: [StatisticName: TimeRangeSet] = [.everything: set((0, 10)), "records": set((8, 20))]
        #expect(History.fetched("records", in: answered) == set((0, 20)))
        #expect(History.fetched("data_size", in: answered) == set((0, 10)))
        #expect(History.fetched(.everything, in: answered) == set((0, 10)))
        #expect(History.fetched("records", in: ["records": set((8, 20))]) == set((8, 20)))
        #expect(History.fetched("records", in: [:]).isEmpty)
    }

    @Test("Several are fetched where each of them is")
    func several() {
        let answered: [StatisticName: TimeRangeSet] = [
            .everything: set((0, 10)), "records": set((8, 20)), "data_size": set((15, 30)),
        ]
        #expect(History.fetched(["records", "data_size"], in: answered) == set((0, 10), (15, 20)))
        #expect(History.fetched(["records", "file_size"], in: answered) == set((0, 10)))
        #expect(History.fetched([StatisticName](), in: answered) == set((0, 10)), "by the wildcard alone")
    }
}
