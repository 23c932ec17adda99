import Foundation
import NIOCore
import Simulator
import Synchronization
import TestSupport
import Transport
import UsageModel

/// Algolia during a life: a simulator with troubles that come and go, and a record of what it has really answered.
final class LifeVendor: HTTPTransport {
    /// Counts that it serves.
    static let counts: [StatisticName] = [
        "total_search_requests", "querysuggestions_total_search_requests", "total_write_operations",
        "queries_operations",
    ]
    /// What it serves for `*`. A few statistics do for all: the others only take time.
    static func statistics(perIndex: Bool) -> [StatisticName] {
        counts + ["records", "avg_processing_time"] + (perIndex ? [] : ["max_qps"])
    }

    private struct Running: Sendable {
        var trouble: VendorTrouble
        var end: Double
    }

    private struct State {
        var running: [Running] = []
        var answered: [Scope: [Granularity: TimeRangeSet]] = [:]
        var doubtful: [Scope: TimeRangeSet] = [:]
        var requests = 0
    }

    let simulator: Simulator
    private let plan: LifePlan
    private let clock: VirtualClock
    private let time: LaggingTime
    private let honest: SimulatorTransport
    private let state = Mutex(State())

    init(_ plan: LifePlan, clock: VirtualClock) {
        self.plan = plan
        self.clock = clock
        time = LaggingTime(clock)
        simulator = Simulator(configuration: plan.vendor, clock: time)
        honest = SimulatorTransport(simulator, clock: clock)
    }

    /// The right time.
    var now: UnixTime { UnixTime(clock.monotonic) }
    /// The number of requests so far.
    var requests: Int { state.withLock { $0.requests } }

    /// What was really answered and had settled, by scope.
    var answered: [Scope: [Granularity: TimeRangeSet]] { state.withLock { $0.answered } }

    /// Hours of which an answer has said less than the truth.
    func doubtful(_ scope: Scope) -> TimeRangeSet { state.withLock { $0.doubtful[scope] ?? TimeRangeSet() } }

    // MARK: Troubles

    func begin(_ trouble: VendorTrouble, until end: Double) {
        state.withLock { $0.running.append(Running(trouble: trouble, end: end)) }
        apply()
    }

    /// When the next trouble ends.
    var nextEnd: Double { state.withLock { $0.running.map(\.end).min() ?? .infinity } }

    /// Ends the troubles whose time is over.
    func end(before time: Double) {
        let isChanged = state.withLock { state in
            let count = state.running.count
            state.running.removeAll { $0.end <= time }
            return state.running.count != count
        }
        if isChanged { apply() }
    }

    private func apply() {
        var faults = Faults()
        for trouble in state.withLock({ $0.running.map(\.trouble) }) {
            switch trouble {
            case .effect(let effect, let probability, let api):
                faults.injected.append(Fault(effect, probability: probability, target: Fault.Target(api: api)))
            case .failingIndex(let index): faults.failingIndices.insert(index)
            case .poisoned(let statistic, let index, let hours, let text):
                faults.poisonedValues.append(
                    PoisonedValue(statistic, index: index, at: now - Int64(hours) * 3600, text: text))
            case .stray: faults.strayPoints = [now - 800 * 86_400, 253_402_300_740]
            case .untidy:
                faults.untidyJSON = true
                faults.extraPointAttributes = true
                faults.emptyAsArray = true
            case .withoutWildcard: faults.refusedWildcardStatus = 422
            case .keyRefused: faults.refusedKeys = ["APP"]
            case .withoutMonitoring: faults.refusedMonitoring = ["APP"]
            case .tooLarge, .down, .partial, .deleted, .late: break
            }
        }
        simulator.faults = faults
    }

    // MARK: Answers

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        var answer = try await answer(request)
        answer.date = plan.sendsDate ? now : nil
        return answer
    }

    private func answer(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let troubles = state.withLock { state in
            state.requests += 1
            return state.running.map(\.trouble)
        }
        var lag: Int64 = 0
        var deleted: IndexName?
        var isPartial = false
        for trouble in troubles {
            switch trouble {
            case .partial: isPartial = true
            case .down: throw .connection("refused")
            case .tooLarge where Int(now) % 3 != 0: throw .tooLarge(limit: request.maximumBody)
            case .late(let hours): lag = max(lag, Int64(hours) * 3600)
            case .deleted(let index): deleted = index
            default: break
            }
        }
        guard let asked = UsageQuestion(request.url) else {
            let answer = try await honest.send(request)
            guard let deleted, request.url.contains("/1/indexes"), answer.status == 200 else { return answer }
            return Self.without(deleted, answer)
        }
        if let deleted, asked.scope.index == deleted {
            clock.advance(by: 0.05)
            note(asked, doubtfulFrom: .min)
            return Self.answer(404, #"{"status":404,"message":"Index \#(deleted) does not exist"}"#)
        }
        if isPartial { return try await partial(request, asked) }
        guard let request = narrowed(request, asked) else {
            note(asked, doubtfulFrom: .max)
            return Self.answer(200, "{}")
        }
        time.lag(by: lag)
        defer { time.lag(by: 0) }
        let sentAt = now
        let answer = try await honest.send(request)
        let isAbsence = answer.status == 404 && asked.scope.index == plan.indices.young
        guard isAbsence || answer.status == 200 && simulator.requests.last?.fault?.isHarmless ?? true else {
            return answer
        }
        note(asked, at: sentAt, doubtfulFrom: lag == 0 ? .max : sentAt - lag - 2 * 3600 - 3600)
        return answer
    }

    /// An answer that has an error beside the one statistic that it is about.
    private func partial(
        _ request: TransportRequest, _ asked: UsageQuestion
    ) async throws(TransportError) -> TransportAnswer {
        var request = request
        request.url = request.url.replacing(
            "/1/usage/\(asked.list)", with: "/1/usage/records", maxReplacements: 1)
        var answer = try await honest.send(request)
        let text = String(buffer: answer.body)
        guard answer.status == 200, text.hasPrefix("{"), text.count > 2 else { return answer }
        answer.body = ByteBuffer(string: #"{"status":503,"message":"Service Unavailable","# + text.dropFirst())
        return answer
    }

    /// The request for a few statistics instead of many; nil where nothing is left of it.
    private func narrowed(_ request: TransportRequest, _ asked: UsageQuestion) -> TransportRequest? {
        var request = request
        let served = Self.statistics(perIndex: asked.scope.isIndex)
        let names = asked.statistics == ["*"] ? served : served.filter(asked.statistics.contains)
        guard !names.isEmpty else { return nil }
        if asked.statistics == ["*"], simulator.faults.refusedWildcardStatus != nil { return request }
        request.url = request.url.replacing(
            "/1/usage/\(asked.list)", with: "/1/usage/\(names.map(\.text).joined(separator: ","))", maxReplacements: 1)
        return request
    }

    private func note(_ asked: UsageQuestion, at time: UnixTime? = nil, doubtfulFrom: UnixTime) {
        let settled = asked.granularity.floor((time ?? now) - plan.settings.settleDelay)
        state.withLock { state in
            if settled > asked.range.start {
                let range = TimeRangeSet(TimeRange(asked.range.start, min(asked.range.end, settled)))
                let known = state.answered[asked.scope]?[asked.granularity] ?? TimeRangeSet()
                state.answered[asked.scope, default: [:]][asked.granularity] = known.union(range)
            }
            guard asked.granularity == .hourly, doubtfulFrom < asked.range.end else { return }
            let range = TimeRangeSet(TimeRange(max(asked.range.start, doubtfulFrom), asked.range.end))
            state.doubtful[asked.scope] = (state.doubtful[asked.scope] ?? TimeRangeSet()).union(range)
        }
    }

    private static func answer(_ status: Int, _ text: String) -> TransportAnswer {
        TransportAnswer(status: status, body: ByteBuffer(string: text))
    }

    /// A list of indices that lacks one.
    private static func without(_ index: IndexName, _ answer: TransportAnswer) -> TransportAnswer {
        let body = Data(answer.body.readableBytesView)
        guard var list = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any],
            let items = list["items"] as? [[String: Any]]
        else { return answer }
        list["items"] = items.filter { $0["name"] as? String != index.text }
        var answer = answer
        answer.body = ByteBuffer(bytes: (try? JSONSerialization.data(withJSONObject: list)) ?? body)
        return answer
    }
}

extension Fault.Effect {
    fileprivate var isHarmless: Bool { if case .slowBody = self { true } else { false } }
}

/// The vendor's clock, which goes on evenly, whatever ours is set to; its data may be behind.
private final class LaggingTime: WallClock {
    private let clock: VirtualClock
    private let lag = Mutex(0.0)

    init(_ clock: VirtualClock) { self.clock = clock }

    func lag(by seconds: Int64) { lag.withLock { $0 = Double(seconds) } }

    var seconds: Double { clock.monotonic - lag.withLock { $0 } }

    func sleep(until deadline: Double) async throws { try await clock.sleep(for: deadline - seconds) }
}

/// One request to the Usage API.
private struct UsageQuestion {
    var scope: Scope
    /// As it stands in the URL.
    var list: Substring
    var statistics: [StatisticName]
    var granularity: Granularity
    var range: TimeRange

    /// Nil unless the URL is one of the Usage API.
    init?(_ url: String) {
        guard let path = url.firstRange(of: "/1/usage/"),
            let components = URLComponents(string: url), let items = components.queryItems
        else { return nil }
        let segments = url[path.upperBound...].prefix { $0 != "?" }.split(separator: "/", maxSplits: 1)
        func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
        guard let list = segments.first, let start = value("startDate").flatMap({ RFC3339.parse($0) }),
            let end = value("endDate").flatMap({ RFC3339.parse($0) }),
            let granularity = value("granularity").flatMap({ Granularity(rawValue: $0) }),
            let index = segments.count > 1 ? segments[1].removingPercentEncoding : ""
        else { return nil }
        self.list = list
        statistics = (list.removingPercentEncoding ?? "").split(separator: ",").compactMap { StatisticName(String($0)) }
        scope = Scope(application: "APP", index: IndexName(index) ?? "")
        self.granularity = granularity
        range = TimeRange(start, end)
    }
}
