@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Incidents")
struct IncidentTests {
    private func incident(
        _ hour: Int64, _ title: String = "Degraded", application: ApplicationID = "APP", cluster: ServerName = "c1-eu",
        status: String = "degraded_performance"
    ) -> StoredIncident {
        StoredIncident(
            application: application, cluster: cluster, time: midnight + hour * 3600, title: title, status: status)
    }

    private func titles(_ history: History, _ hours: Range<Int64>, application: ApplicationID? = nil) async throws
        -> [String]
    {
        let range = TimeRange(midnight + hours.lowerBound * 3600, midnight + hours.upperBound * 3600)
        return try await history.incidents(application: application, range: range).map(\.title)
    }

    @Test("They come oldest first, from the start of a range up to its end")
    func range() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        try await history.store([incident(3, "c"), incident(1, "a"), incident(2, "b")])
        #expect(try await titles(history, 0..<10) == ["a", "b", "c"])
        #expect(try await titles(history, 1..<3) == ["a", "b"], "the end is exclusive")
        #expect(try await titles(history, 4..<10).isEmpty)
        #expect(try await titles(history, 2..<2).isEmpty)
    }

    @Test("One that comes again keeps its place and has the newest status; the vendor's list may forget the others")
    func again() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        try await history.store([incident(1), incident(2)])
        try await history.store([incident(2, status: "operational")])
        let stored = try await history.incidents(range: TimeRange(midnight, midnight + 86_400))
        #expect(stored == [incident(1), incident(2, status: "operational")])
    }

    @Test("Time, cluster, title and application tell them apart, byte by byte")
    func identity() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        let all = [
            incident(1, "é"), incident(1, "e\u{301}"), incident(1, "'; DROP TABLE incident; --"), incident(1, ""),
            incident(1, "é", cluster: "c2-eu"), incident(1, "é", application: "OTHER"), incident(2, "é"),
        ]
        try await history.store(all)
        try await history.store(all)
        let stored = try await history.incidents(range: TimeRange(midnight, midnight + 86_400))
        #expect(stored.count == all.count)
        #expect(try await titles(history, 0..<10, application: "OTHER") == ["é"])
    }

    @Test("Readers learn of new ones; of none there is nothing to learn")
    func generation() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        let before = history.generation
        try await history.store([StoredIncident]())
        #expect(history.generation == before)
        try await history.store([incident(1)])
        #expect(history.generation > before)
    }
}
