import AlgoliaClient
import CoreMetrics
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The state of a collection")
struct CollectionStateTests {
    private static let application = Scope(application: "APP")
    private let clock = VirtualClock(World.start)
    private let log = CapturedLog()
    private let folder = TemporaryFolder()

    /// The state of an application without indices, of which nothing is stored.
    private func state(_ refused: [EndpointLevel: [StatisticName: UnixTime]] = [:]) async throws -> CollectionState {
        var state = CollectionState(
            "APP", CollectionSettings(), IndexDiscovery(canList: false), clock: CollectionClock(clock),
            metrics: CollectorMetrics(application: "APP", factory: NOOPMetricsHandler.instance), log: log.logger,
            generator: SeededGenerator(1))
        let history = try History(path: folder.file("history.db"))
        var all: [EndpointLevel: [StatisticName: UnixTime]] = [.application: [:], .index: [:]]
        all.merge(refused) { $1 }
        state.load(horizons: [], refused: all)
        state.setTracks(of: [], try await StoredTracks(history, "APP", now: clock.now))
        return state
    }

    private func answer(_ request: PlannedRequest, isAbsence: Bool = false) -> UnstoredAnswer {
        UnstoredAnswer(request: request, answer: UsageAnswer(), sentAt: clock.now, isAbsence: isAbsence)
    }

    private func failed(_ request: PlannedRequest, _ error: AlgoliaError) -> FailedRequest {
        FailedRequest(request: request, error: error, sentAt: clock.now)
    }

    @Test("What is served again is withdrawn from what is refused, once that is written")
    func included() async throws {
        var state = try await state([.application: ["*": World.start, "records": World.start]])
        let request = PlannedRequest(
            scope: Self.application, granularity: .hourly, range: TimeRange(World.start - 3600, World.start),
            statistics: .all, purpose: .probe)
        guard case .included(let names, .application)? = state.findings(of: answer(request)).first else {
            Issue.record("the plan's change is not found")
            return
        }
        #expect(Set(names) == ["*", "records"])
        // What could not be written is found again.
        #expect(state.findings(of: answer(request)).count == 1)
        state.noteServed(answer(request))
        #expect(state.findings(of: answer(request)).isEmpty)
        #expect(state.planner.offer(Self.application).refused.isEmpty)
        // An answer that says that there are no data serves nothing.
        #expect(state.findings(of: answer(request, isAbsence: true)).isEmpty)
    }

    @Test("A wildcard that was doubted is refused for good when names are served with the same key")
    func doubt() async throws {
        var state = try await state()
        let firstPlanned = state.next(now: clock.now)
        let first = try #require(firstPlanned)
        #expect(first.statistics == .all)
        let forbidden = AlgoliaError.unauthorized(status: 403, message: "forbidden")
        let findings = state.failed(failed(first, forbidden), rotation: "")
        #expect(findings.isEmpty)
        let secondPlanned = state.next(now: clock.now)
        let second = try #require(secondPlanned)
        #expect(second.statistics != .all)
        guard case .refused(["*"], .application, at: World.start)? = state.findings(of: answer(second)).first else {
            Issue.record("the refusal is not found")
            return
        }
    }

    @Test("A second 403 in a row is the key's, and pauses the application")
    func key() async throws {
        var state = try await state()
        let forbidden = AlgoliaError.unauthorized(status: 403, message: "forbidden")
        for _ in 0..<2 {
            let requestPlanned = state.next(now: clock.now)
            let request = try #require(requestPlanned)
            let findings = state.failed(failed(request, forbidden), rotation: "or so")
            #expect(findings.isEmpty)
        }
        #expect(state.health.isUnauthorized)
        #expect((state.health.pausedUntil(now: clock.seconds) ?? 0) >= clock.seconds + 240)
        #expect(log.lines.contains { $0.contains("s or so") })
        // With another key the wildcard is asked for again.
        state.keyChanged(.usage)
        #expect(state.health.pausedUntil(now: clock.seconds) == nil)
        let nextPlanned = state.next(now: clock.now)
        let next = try #require(nextPlanned)
        #expect(next.statistics == .all)
    }

    @Test("How far back the vendor serves holds from when it is written, and until something older is served")
    func horizon() async throws {
        var state = try await state()
        let horizon = VendorHorizon(
            level: .application, granularity: .hourly, age: 30 * 86_400, reason: "too old", triedAt: clock.now)
        let key = ReachKey(horizon)
        let wanted = state.planner.remaining(.hourly, now: clock.now)
        state.noteWritten(.horizon(horizon), setAside: nil)
        #expect(state.planner.reaches.horizon(key) == horizon)
        #expect(log.lines.contains { $0.contains("serves hourly history only since") && $0.contains("too old") })
        #expect(state.planner.remaining(.hourly, now: clock.now) < wanted)
        let start = Granularity.hourly.floor(clock.now - 31 * 86_400)
        let older = PlannedRequest(
            scope: Self.application, granularity: .hourly, range: TimeRange(start, start + 3600), statistics: .all,
            purpose: .horizon)
        guard case .horizonGone(key)? = state.olderServed(answer(older)) else {
            Issue.record("the older answer is not noticed")
            return
        }
        #expect(state.planner.reaches.horizon(key) == horizon, "it is not written yet")
        state.noteWritten(.horizonGone(key), setAside: nil)
        #expect(state.planner.reaches.horizon(key) == nil)
        // Asked for in vain it is not gone.
        #expect(state.olderServed(answer(older, isAbsence: true)) == nil)
    }

    @Test("A request that fails waits for its backoff, and a pause takes as long when the clock is set")
    func backoff() async throws {
        var state = try await state()
        let requestPlanned = state.next(now: clock.now)
        let request = try #require(requestPlanned)
        let findings = state.failed(failed(request, .timeout), rotation: "")
        #expect(findings.isEmpty)
        let track = try #require(state.planner.track(request.scope, request.granularity))
        #expect(track.failures == 1 && track.notBefore >= clock.seconds && track.notBefore <= clock.seconds + 3)
        #expect(state.health.lastError?.time == clock.now)
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("retrying in") })
        let delay = state.storageFailed(HistoryError.full(path: "history.db"))
        #expect(delay >= 1 && state.health.storageFailingSince == clock.now)
        state.shift(by: 3600)
        #expect(state.health.pausedUntil(now: clock.seconds + 3600) == clock.seconds + 3600 + delay)
    }
}
