import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Windows for clients")
struct ReadThroughWindowTests {
    /// A collection that answers each window as it is told, and counts them.
    private actor Source: WindowSource {
        private var outcomes: [RequestOutcome]
        private var known: ReadThroughPlanner.Knowledge
        private let isUsable: Bool
        private(set) var asked: [TimeRange] = []

        init(_ outcomes: [RequestOutcome], isCollected: Bool = true, isUsable: Bool = true, notBefore: Double = 0) {
            self.outcomes = outcomes
            self.isUsable = isUsable
            known = ReadThroughPlanner.Knowledge(
                answered: [:], offer: StatisticsOffer(level: .index, refused: [:]), settings: CollectionSettings(),
                retention: nil, notBefore: notBefore, isCollected: isCollected)
        }

        func isReady() -> Bool { isUsable }

        func knowledge(_ scope: Scope, _ granularity: Granularity) -> ReadThroughPlanner.Knowledge? { known }

        func perform(_ request: PlannedRequest) async -> RequestOutcome {
            asked.append(request.range)
            let outcome = outcomes.count > 1 ? outcomes.removeFirst() : outcomes[0]
            if outcome == .stored {
                let ranges = known.answered[.everything] ?? TimeRangeSet()
                known.answered[.everything] = ranges.union(TimeRangeSet(request.range))
            }
            return outcome
        }
    }

    private let clock = CollectionClock(VirtualClock(World.start))

    private var reader: ReadThrough { ReadThrough(clock: clock, lock: AlternatingLock()) }

    /// Three weeks of hours, and so three windows.
    private var question: ReadThroughPlanner.Question {
        let end = Granularity.hourly.floor(World.start - 7200)
        return ReadThroughPlanner.Question(
            scope: Scope(application: "APP", index: "products"), granularity: .hourly,
            range: TimeRange(end - 21 * 86_400, end), statistics: .all)
    }

    @Test("However many ask for the same at once, each window is requested once, the newest first")
    func once() async throws {
        let (reader, source, question) = (reader, Source([.stored]), question)
        let complete = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await reader.fetch(question, from: source) } }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(complete)
        let asked = await source.asked
        #expect(asked.count == 3 && asked.map(\.end) == asked.map(\.end).sorted(by: >))
    }

    @Test("A window that is not stored, a pause and an unusable history end the waiting without an error")
    func pauses() async throws {
        for source in [
            Source([.notStored]), Source([.stored], isUsable: false),
            Source([.stored], notBefore: Double(World.start) + 1),
        ] {
            #expect(try await reader.fetch(question, from: source) == false)
        }
    }

    @Test("A refusal after which less is asked for is no failure; any other is the client's answer")
    func failures() async throws {
        let refused = AlgoliaError.refused(status: 400, message: "no")
        let narrowing = Source([.failed(refused, narrowsOffer: true), .stored])
        #expect(try await reader.fetch(question, from: narrowing))
        let (reader, failing) = (reader, Source([.failed(refused)]))
        for _ in 0..<2 {
            await #expect(throws: refused) { try await reader.fetch(question, from: failing) }
        }
        #expect(await failing.asked.count == 2, "a track remembers its failures itself")
    }

    @Test(
        "What cannot be had of a scope that is not collected is not asked for again for a while, unless the time is set"
    )
    func foreign() async throws {
        let (reader, source) = (reader, Source([.failed(.timeout)], isCollected: false))
        for _ in 0..<5 {
            await #expect(throws: AlgoliaError.timeout) { try await reader.fetch(question, from: source) }
        }
        #expect(await source.asked.count == 1)
        await reader.forgetFailures()
        await #expect(throws: AlgoliaError.timeout) { try await reader.fetch(question, from: source) }
        #expect(await source.asked.count == 2)
    }
}
