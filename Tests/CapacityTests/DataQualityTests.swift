import TestSupport
import Testing

@testable import Capacity
import UsageModel

@Suite struct DataQualityTests {
    @Test func `what was not fetched is missing`() {
        var fixture = CapacityFixture(days: 100, indices: ["a", "b"])
        fixture.add("records") { _ in 1 }
        fixture.add("records", index: "b") { $0 < 60 ? 1 : nil }
        fixture.leaveOut(10..<20)
        fixture.leaveOut(95..<100)
        fixture.leaveOut(0..<50, index: "b")
        let quality = DataQuality(fixture.input)
        #expect(quality.coverage == 0.85)
        #expect(quality.missing == [fixture.day(10)..<fixture.day(20), fixture.day(95)..<fixture.day(100)])
        #expect(
            quality.scopes == [
                ScopeQuality(index: "", coverage: 0.85, newest: fixture.day(94)),
                ScopeQuality(index: "a", coverage: 1, newest: nil),
                ScopeQuality(index: "b", coverage: 0.5, newest: fixture.day(59)),
            ])
    }

    @Test func `days without a search are silent, if they were fetched`() {
        var fixture = CapacityFixture(days: 100)
        fixture.add("billed_search_requests") { day in
            switch day {
            case ..<30: nil
            case 40..<45: 0
            case 50..<53: nil
            default: 7
            }
        }
        fixture.leaveOut(51..<60)
        let quality = DataQuality(fixture.input)
        #expect(quality.firstDay == fixture.day(30))
        #expect(quality.silent == [fixture.day(40)..<fixture.day(45), fixture.day(50)..<fixture.day(51)])
    }

    @Test func `the first day is that of any series of the application`() {
        var fixture = CapacityFixture(days: 100, indices: ["a"])
        fixture.add("records", index: "a") { _ in 1 }
        fixture.add("records") { $0 >= 20 ? 1 : nil }
        fixture.add("cpu_usage", key: "c1-de-1") { $0 == 10 ? 1 : nil }
        let quality = DataQuality(fixture.input)
        #expect(quality.firstDay == fixture.day(10))
        // Nobody ever searched.
        #expect(quality.silent == [fixture.day(10)..<fixture.day(100)])
    }

    @Test func `searches of Query Suggestions break the silence`() {
        var fixture = CapacityFixture(days: 10)
        fixture.add("billed_search_requests") { _ in 0 }
        fixture.add("total_search_requests") { _ in 1 }
        #expect(DataQuality(fixture.input).silent.isEmpty)
    }

    @Test func `days between others that a forecast has to fill are counted`() {
        var fixture = CapacityFixture(days: 100)
        fixture.add("billed_search_requests") { (10..<15).contains($0) || $0 == 0 || $0 == 99 ? nil : 1 }
        fixture.add("records") { _ in 1 }
        fixture.add("total_operations") { $0 == 50 ? nil : 1 }
        #expect(DataQuality(fixture.input).filled == ["billed_search_requests": 5])
    }

    @Test func `no days are no quality`() {
        let quality = DataQuality(CapacityFixture(days: 0, indices: ["a"]).input)
        #expect(quality.coverage == 0 && quality.firstDay == nil)
        #expect(quality.missing.isEmpty && quality.silent.isEmpty && quality.filled.isEmpty)
        #expect(quality.scopes.map(\.coverage) == [0, 0])
    }
}
