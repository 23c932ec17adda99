import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Names by the index of their table")
struct NamesTests {
    @Test("They are those that reading everything tells")
    func same() async throws {
        var answers = RandomAnswers(seed: 71)
        let filled = try await answers.filled()
        defer { withExtendedLifetime(filled) {} }
        let history = filled.0.history
        let series = try await history.storedSeries()
        for application in Set(series.map(\.key.application)) {
            try await history.register(application: application, now: midnight)
        }
        let known = try await history.applications()
        #expect(!known.isEmpty && !series.isEmpty)
        #expect(try await history.applicationIDs() == known.map(\.id))
        #expect(try await history.newestSeries() == series.map(\.id).max())
        for application in known {
            #expect(try await history.indices(of: application.id) == application.indices)
            for index in application.indices { #expect(try await history.hasIndex(index, of: application.id)) }
            #expect(try await !history.hasIndex("nobody's", of: application.id))
        }
        let keys = Set(series.map(\.key.key)).prefix(1)
        for statistic in Set(series.map(\.key.statistic)) {
            let names = Array(Set(series.map(\.key.index)).subtracting([""]).sorted().prefix(2))
            for (indices, isSelected) in [
                (IndexSelection.application, { $0.index.isEmpty }), (.all, { !$0.index.isEmpty }),
                (.names(names), { names.contains($0.index) }),
            ] as [(IndexSelection, (SeriesKey) -> Bool)] {
                for applications in [nil, [known[0].id]] {
                    let selected = series.filter { one in
                        one.key.statistic == statistic && isSelected(one.key)
                            && applications?.contains(one.key.application) ?? true
                    }
                    let count = try await history.seriesCount(
                        statistics: [statistic], applications: applications, indices: indices, keys: nil)
                    #expect(count == selected.count)
                    let ofKeys = try await history.seriesCount(
                        statistics: [statistic], applications: applications, indices: indices, keys: Array(keys))
                    #expect(ofKeys == selected.count { keys.contains($0.key.key) })
                    var widths: [Granularity] = []
                    for granularity in Granularity.allCases {
                        let stored = Set(try await history.series(granularity: granularity).map(\.key))
                        if selected.contains(where: { stored.contains($0.key) }) { widths.append(granularity) }
                    }
                    let found = try await history.granularities(
                        of: statistic, applications: applications, indices: indices, among: Granularity.allCases)
                    #expect(found == widths)
                }
            }
        }
    }
}
