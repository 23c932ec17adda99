private import Gzip
private import Synchronization
private import Transport
public import UsageModel

/// An imitation of Algolia's Usage, Monitoring and Search API, for tests and
/// for the demo. It knows no sockets: ``SimulatorServer`` puts it on one.
///
/// Its answers are a pure function of the configuration, the clock and the
/// request (``Truth``); only the quota, the faults and the log have state.
public final class Simulator: Sendable {
    /// The vendor that it imitates; of its faults only those to begin with.
    public let configuration: SimulatorConfiguration
    /// The truth that its answers are made of.
    public let truth: Truth
    private let clock: any WallClock
    private let state: Mutex<State>

    private struct State {
        var injector: FaultInjector
        var limiter: RateLimiter
        var received = 0
        var log: [RequestRecord] = []
        /// The waiters for requests; each gets a signal when one was logged.
        var observers: [AsyncStream<Void>.Continuation] = []

        mutating func append(_ record: RequestRecord) {
            log.append(record)
            observers.removeAll { if case .terminated = $0.yield() { true } else { false } }
        }
    }

    /// - Parameter clock: decides which buckets exist, are partial or have left the
    ///   retention, and what the quota's minute is.
    public init(configuration: SimulatorConfiguration, clock: any WallClock) {
        self.configuration = configuration
        self.clock = clock
        truth = Truth(
            seed: configuration.seed, origin: configuration.origin, applications: configuration.applications,
            hasDecimals: configuration.hasDecimals)
        state = Mutex(
            State(
                injector: FaultInjector(faults: configuration.faults, seed: configuration.seed),
                limiter: RateLimiter(limit: configuration.requestsPerMinute)))
    }

    /// The faults from the next request on. Setting other
    /// ``Faults/injected`` starts counting their `times` from zero.
    public var faults: Faults {
        get { state.withLock { $0.injector.faults } }
        set { state.withLock { $0.injector.faults = newValue } }
    }

    /// Everything that was asked, in the order of answering.
    public var requests: [RequestRecord] { state.withLock { $0.log } }

    /// How many of ``requests`` went over the quota.
    public var limitViolations: Int { state.withLock { $0.log.count { $0.exceededLimit } } }

    /// Forgets the requests so far; their numbering continues.
    public func clearRequests() { state.withLock { $0.log = [] } }

    /// Waits until ``requests`` holds at least so many, or the task is
    /// cancelled: the event that a test of a client waits on.
    public func waitForRequests(_ count: Int) async {
        let (signals, observer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.observers.append(observer) }
        defer { observer.finish() }
        var iterator = signals.makeAsyncIterator()
        while state.withLock({ $0.log.count }) < count {
            guard await iterator.next() != nil else { return }
        }
    }

    /// Answers one request. What `delivery` says is for the caller to carry out.
    public func respond(to request: SimulatedRequest) async -> SimulatedResponse {
        let time = clock.seconds
        let route = Route(path: request.path)
        var record = describe(request, route, time)
        let isKnown = configuration.applications.contains { $0.id == record.application }
        let (faults, wait) = state.withLock { state in
            state.received += 1
            record.number = state.received
            let wait = isKnown ? state.limiter.admit(record.application, at: time) : nil
            if wait == nil { record.fault = state.injector.effect(on: record) }
            return (state.injector.faults, wait)
        }
        record.exceededLimit = wait != nil
        var response: SimulatedResponse
        do throws(APIError) {
            if let wait { throw APIError.tooManyRequests(retryAfter: "\(wait)") }
            if let refusal = refusal(record.fault, now: UnixTime(time)) { throw refusal }
            let body = try answer(request, route, faults, now: UnixTime(time.rounded(.down)))
            response = SimulatedResponse.json(body)
        } catch {
            response = error.response(for: route)
        }
        response = encode(response.suffering(record.fault, on: request), for: request)
        response.suffer(delivery: record.fault)
        record.status = response.delivery == .hang ? 0 : response.status
        state.withLock { $0.append(record) }
        return response
    }

    private func describe(_ request: SimulatedRequest, _ route: Route?, _ time: Double) -> RequestRecord {
        var record = RequestRecord(
            number: 0, time: time, application: request.application, api: route?.api,
            method: request.method, path: request.path, index: "", statistics: [], granularity: nil, start: nil,
            end: nil, status: 0, fault: nil, exceededLimit: false)
        if case .usage(let statistics, let index) = route {
            record.index = index
            record.statistics = statistics
            (record.granularity, record.start, record.end) = UsageQuery.loosely(request.parameters)
        } else if case .billing(let list) = route,
            let query = try? BillingQuery(request, list: list, now: UnixTime(time))
        {
            record.statistics = query.names
            (record.granularity, record.start, record.end) = (query.granularity, query.range.start, query.range.end)
        }
        return record
    }

    /// The error that an injected fault answers instead of anything else.
    private func refusal(_ fault: Fault.Effect?, now: UnixTime) -> APIError? {
        switch fault {
        case .tooManyRequests(.seconds(let seconds)): .tooManyRequests(retryAfter: "\(seconds)")
        case .tooManyRequests(.date(let seconds)):
            .tooManyRequests(retryAfter: HTTPDate.string(now + Int64(seconds)))
        case .tooManyRequests(.text(let text)): .tooManyRequests(retryAfter: text)
        case .tooManyRequests(.absent): .tooManyRequests(retryAfter: nil)
        case .status(let status): APIError(status, "Injected error")
        default: nil
        }
    }

    private func answer(
        _ request: SimulatedRequest, _ route: Route?, _ faults: Faults, now: UnixTime
    ) throws(APIError) -> [UInt8] {
        guard request.method == "GET" else { throw APIError.notGET }
        guard let route else { throw APIError.noSuchPath }
        let access = Access(configuration: configuration, faults: faults)
        let application = try access.check(request, route)
        switch route {
        case .usage(let statistics, let index):
            let endpoint = UsageEndpoint(
                truth: truth, faults: faults, now: now,
                retention: (configuration.hourlyRetention, configuration.dailyRetention))
            return try endpoint.answer(
                application: application, statistics: statistics, index: index,
                created: configuration.applications.first { $0.id == application }?.creation(of: index),
                parameters: request.parameters)
        case .billing(let list):
            return try BillingEndpoint(
                truth: truth, faults: faults, now: now,
                retention: (configuration.hourlyRetention, configuration.dailyRetention)
            ).answer(request, list: list, application: application).bytes
        case .indexes:
            return try SearchEndpoint(truth: truth, now: now)
                .answer(application: application, parameters: request.parameters)
        default:
            return try MonitoringEndpoint(truth: truth, faults: faults, now: now)
                .answer(route, application: application).bytes
        }
    }

    /// gzip when the client takes it, quick rather than small.
    private func encode(_ response: SimulatedResponse, for request: SimulatedRequest) -> SimulatedResponse {
        guard request.acceptsGzip, let body = try? Gzip.compress(response.body, level: 1) else { return response }
        var response = response
        response.body = body
        response.headers.append((name: "Content-Encoding", value: "gzip"))
        return response
    }
}
