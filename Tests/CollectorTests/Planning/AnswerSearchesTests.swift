import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Searches for what makes answers fail")
struct AnswerSearchesTests {
    private static let now = Double(World.start)
    private var generator: any RandomNumberGenerator & Sendable = SeededGenerator(1)

    private static func request(
        _ purpose: PlannedRequest.Purpose, _ statistics: StatisticSelection = .names(["a", "b"])
    ) -> PlannedRequest {
        let start = Granularity.hourly.floor(World.start - 86_400)
        return PlannedRequest(
            scope: Scope(application: "APP"), granularity: .hourly, range: TimeRange(start, start + 3600),
            statistics: statistics, purpose: purpose)
    }

    private static func known(lastSuccess: Double?) -> AnswerSearches.Surroundings {
        AnswerSearches.Surroundings(lastSuccess: lastSuccess, names: ["a", "b"], culprits: [], setAside: [])
    }

    /// A search that has just split its request.
    private func running(_ purpose: PlannedRequest.Purpose) throws -> AnswerSearches {
        var searches = AnswerSearches()
        for _ in 1..<4 {
            let consequence = searches.failed(
                Self.request(purpose), Self.known(lastSuccess: Self.now + 1), now: Self.now)
            #expect(consequence == .wait)
        }
        let last = searches.failed(Self.request(purpose), Self.known(lastSuccess: Self.now + 1), now: Self.now)
        try #require(last == .search)
        return searches
    }

    @Test("The fourth failure while others succeed is searched, and only what has the same purpose waits for it")
    func purposes() throws {
        let searches = try running(.backfill)
        #expect(searches.isRunning && searches.isRunning(.backfill) && !searches.isRunning(.live))
        #expect(searches.nextPiece?.purpose == .isolation)
        #expect(searches.nextPiece?.statistics == .names(["a"]))
    }

    @Test("What is asked for once a day is put off at its second failure while others succeed")
    func daily() {
        for purpose in [PlannedRequest.Purpose.retry, .horizon, .probe] {
            var searches = AnswerSearches()
            let request = Self.request(purpose)
            // After the last one it begins anew.
            let successes = [nil, nil, Self.now + 1, Self.now - 1]
            let consequences = successes.map { searches.failed(request, Self.known(lastSuccess: $0), now: Self.now) }
            #expect(consequences == [.wait, .wait, .putOff, .wait])
        }
    }

    @Test("A piece that fails alone, twice, is the culprit, and ends the search")
    mutating func culprit() throws {
        var searches = try running(.live)
        let good = try #require(searches.nextPiece)
        let early = searches.pieceSucceeded(good, now: Self.now)
        #expect(early == nil)
        let piece = try #require(searches.nextPiece)
        let first = searches.pieceFailed(piece, unsettled: World.start, now: Self.now, using: &generator)
        #expect(first?.hasSucceeded == true && first?.culprits == [] && first?.end == nil)
        #expect((first?.delay ?? .infinity) <= 15)
        let second = searches.pieceFailed(piece, unsettled: World.start, now: Self.now, using: &generator)
        #expect(second?.culprits == [piece])
        #expect(second?.end == AnswerSearches.End(purpose: .live, whole: Self.request(.live), isWildcard: false))
        #expect(!searches.isRunning)
    }

    @Test("A piece that no search has changes nothing")
    mutating func foreign() throws {
        var searches = try running(.live)
        let foreign = Self.request(.isolation, .names(["c"]))
        let failure = searches.pieceFailed(foreign, unsettled: World.start, now: Self.now, using: &generator)
        let ends = [
            searches.pieceSucceeded(foreign, now: Self.now), searches.pieceRefused(foreign, now: Self.now),
        ]
        #expect(failure == nil && ends == [nil, nil])
        #expect(searches.nextPiece?.statistics == .names(["a"]))
    }

    @Test("An answer to the request ends its search; one to another batch does not")
    func answered() throws {
        var searches = try running(.backfill)
        searches.succeeded(Self.request(.backfill, .names(["c"])))
        searches.succeeded(Self.request(.live))
        #expect(searches.isRunning)
        searches.succeeded(Self.request(.backfill))
        #expect(!searches.isRunning)
    }
}
