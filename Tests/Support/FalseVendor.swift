public import AlgoliaClient
private import CoreMetrics
internal import NIOCore
private import Synchronization
public import Transport
public import UsageModel

/// A vendor that tells the simulator's truth in the ways that real ones are known for, and the simulator is not.
public final class FalseVendor: HTTPTransport {
    /// How the vendor misbehaves.
    public struct Behaviour: Sendable {
        /// One of so many usage requests is answered with `200` and an error object.
        public var errorObjectEvery: Int?
        /// Values that are sent as something else: by statistic, the hours and what stands there.
        public var poison: [String: [UnixTime: String]] = [:]
        /// Ranges that begin longer ago than this are refused, in seconds.
        public var retention: Int64?
        /// How.
        public var refusal = 400
        /// When each index was made: there is nothing before, and a range without anything is a 404.
        public var births: [String: UnixTime] = [:]
        /// Whether each answer has points outside the asked range.
        public var sendsOutside = false
        /// Whether `*` is refused.
        public var refusesWildcard = false
        /// Indices of which every request is refused, and how.
        public var refusedIndices: [String: Int] = [:]
        /// Whether every request fails.
        public var isDown = false
        /// Statistics, and times of them, that make the whole answer fail.
        public var failing: [String: [TimeRange]] = [:]
        /// Where they do; nil for everywhere.
        public var failingIndex: String?
        /// How.
        public var failure = Failure.status

        /// How an answer fails.
        public enum Failure: Sendable, CaseIterable {
            case status, cutDocument, timeout
        }

        public init() {}
    }

    private struct State {
        var behaviour: Behaviour
        var usageRequests: [Request] = []
    }

    /// One request to the Usage API.
    public struct Request: Sendable, Hashable {
        public var index: String
        public var statistics: String
        public var granularity: Granularity
        public var range: TimeRange
        public var status: Int
        /// Whether it was answered with an error object.
        public var isErrorObject = false
    }

    private let world: World
    private let honest: SimulatorTransport
    private let state: Mutex<State>

    public init(_ world: World, _ behaviour: Behaviour) {
        self.world = world
        honest = SimulatorTransport(world.simulator, clock: world.clock)
        state = Mutex(State(behaviour: behaviour))
    }

    public var requests: [Request] { state.withLock { $0.usageRequests } }

    public func change(_ change: (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

    /// A client of it.
    public func client(listsIndices: Bool = true) throws -> AlgoliaClient {
        guard let usage = SecretText(key: "usage-key"), let search = SecretText(key: "search-key") else {
            throw FalseVendorError()
        }
        return AlgoliaClient(
            application: "APP", usageKey: Secret(usage), searchKey: listsIndices ? Secret(search) : nil,
            transport: self, quota: TokenBucket(requestsPerMinute: 6000, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        guard var asked = Request(request.url) else { return try await honest.send(request) }
        // Answers take their time: ages that were right when they were asked for have grown since.
        world.clock.advance(by: 2)
        let behaviour = state.withLock { $0.behaviour }
        let number = state.withLock { $0.usageRequests.count + 1 }
        var answer: TransportAnswer
        do throws(TransportError) {
            answer = try await self.answer(asked, behaviour, request)
        } catch {
            state.withLock { [asked] in $0.usageRequests.append(asked) }
            throw error
        }
        if let every = behaviour.errorObjectEvery, Self.scattered(number) % every == 0 {
            answer = Self.answer(200, #"{"status":503,"message":"Service Unavailable"}"#)
            asked.isErrorObject = true
        }
        asked.status = behaviour.failure == .cutDocument && fails(asked, behaviour) ? 500 : answer.status
        state.withLock { [asked] in $0.usageRequests.append(asked) }
        return answer
    }

    private func answer(
        _ asked: Request, _ behaviour: Behaviour, _ request: TransportRequest
    ) async throws(TransportError) -> TransportAnswer {
        if let retention = behaviour.retention, asked.range.start < world.clock.now - retention {
            world.clock.advance(by: 0.05)
            return Self.answer(behaviour.refusal, #"{"message":"No data was found in the range","status":0}"#)
        }
        if let status = behaviour.refusedIndices[asked.index] {
            return Self.answer(status, #"{"message":"invalid index name","status":\#(status)}"#)
        }
        if behaviour.isDown { return Self.answer(502, "<html><title>Bad Gateway</title></html>") }
        if behaviour.refusesWildcard, asked.statistics == "*" {
            return Self.answer(422, #"{"status":422,"message":"Metric \"*\" not found"}"#)
        }
        if fails(asked, behaviour) {
            switch behaviour.failure {
            case .status: return Self.answer(500, #"{"status":500,"message":"Internal Server Error"}"#)
            case .cutDocument: return Self.answer(200, #"{"file_size":[{"t":1784073600000,"v":1}"#)
            case .timeout:
                world.clock.advance(by: request.timeout)
                throw .timeout
            }
        }
        var request = request
        // A few statistics do for all: the others only take time.
        request.url = request.url.replacing(
            "/1/usage/*", with: "/1/usage/" + Self.statistics(perIndex: !asked.index.isEmpty).joined(separator: ","))
        let told = try await honest.send(request)
        guard told.status == 200 else { return told }
        var text = String(buffer: told.body)
        if let birth = behaviour.births[asked.index] {
            var series = told.body.withUnsafeReadableBytes { (try? UsageDecoder.decode($0).series) ?? [] }
            for position in series.indices { series[position].points.removeAll { $0.time < birth } }
            series.removeAll(where: \.points.isEmpty)
            if series.isEmpty {
                return Self.answer(404, #"{"error":{"code":"no_data","message":"no data was found"}}"#)
            }
            text = Self.document(series)
        }
        for (statistic, hours) in behaviour.poison where asked.granularity == .hourly {
            for (hour, value) in hours where asked.range.contains(hour) {
                Self.poison(&text, statistic, hour, value)
            }
        }
        if behaviour.sendsOutside, let records = text.utf8.firstRange(of: #""records":["#.utf8) {
            let outside = "{\"t\":\(asked.range.start - 3600)000,\"v\":666},{\"t\":253402300740000,\"v\":666},"
            text.replaceSubrange(records.upperBound..<records.upperBound, with: outside)
        }
        return Self.answer(200, text)
    }

    /// Whether the answer fails because of something that it has.
    private func fails(_ asked: Request, _ behaviour: Behaviour) -> Bool {
        behaviour.failing.contains { name, ranges in
            (asked.statistics == "*" || asked.statistics.split(separator: ",").contains { $0 == name })
                && ranges.contains { $0.overlaps(asked.range) } && behaviour.failingIndex ?? asked.index == asked.index
        }
    }

    /// Replaces one value.
    private static func poison(_ text: inout String, _ statistic: String, _ hour: UnixTime, _ value: String) {
        guard let start = text.utf8.firstRange(of: "\"\(statistic)\":[".utf8)?.upperBound,
            let end = text.utf8[start...].firstIndex(of: UInt8(ascii: "]")),
            let point = text.utf8[start..<end].firstRange(of: "{\"t\":\(hour)000,\"v\":".utf8)?.upperBound,
            var close = text.utf8[point..<end].firstIndex(of: UInt8(ascii: "}"))
        else { return }
        if text.utf8[point] == UInt8(ascii: "{") { close = text.utf8.index(after: close) }
        text.replaceSubrange(point..<close, with: value)
    }

    /// A number that follows no turn: every n-th request may always be the same index's.
    private static func scattered(_ number: Int) -> Int { (number &* 2_654_435_761 & 0xFFFF_FFFF) >> 12 }

    /// What it serves for `*`.
    public static func statistics(perIndex: Bool) -> [String] {
        ["records", "total_search_requests", "file_size"] + (perIndex ? [] : ["max_qps"])
    }

    private static func answer(_ status: Int, _ text: String) -> TransportAnswer {
        TransportAnswer(status: status, body: ByteBuffer(string: text))
    }

    /// The answer that holds `series`.
    private static func document(_ series: [SeriesPoints]) -> String {
        var order: [StatisticName] = []
        var statistics: [StatisticName: [UnixTime: [(key: ServerName, value: PointValue)]]] = [:]
        for one in series {
            if statistics[one.statistic] == nil { order.append(one.statistic) }
            for point in one.points {
                statistics[one.statistic, default: [:]][point.time, default: []].append((one.key, point.value))
            }
        }
        let attributes = order.map { name in
            let points = (statistics[name] ?? [:]).sorted { $0.key < $1.key }.map { time, values in
                let plain = values.first { $0.key.isEmpty }.map { "\($0.value)" }
                let value = plain ?? "{\(values.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
                return "{\"t\":\(time)000,\"v\":\(value)}"
            }
            return "\"\(name)\":[\(points.joined(separator: ","))]"
        }
        return "{\(attributes.joined(separator: ","))}"
    }
}

private struct FalseVendorError: Error {}

extension FalseVendor.Request {
    /// Nil unless the URL is one of the Usage API.
    fileprivate init?(_ url: String) {
        guard let path = url.firstRange(of: "/1/usage/") else { return nil }
        let parts = url[path.upperBound...].split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let segments = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        var query: [Substring: String] = [:]
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { query[sides[0]] = String(sides[1]) }
        }
        guard let start = query["startDate"].flatMap({ RFC3339.parse($0) }),
            let end = query["endDate"].flatMap({ RFC3339.parse($0) }),
            let granularity = query["granularity"].flatMap({ Granularity(rawValue: $0) })
        else { return nil }
        self.init(
            index: segments.count > 1 ? String(segments[1]) : "", statistics: String(segments[0]),
            granularity: granularity, range: TimeRange(start, end), status: 0)
    }
}
