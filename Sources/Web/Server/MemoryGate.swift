internal import Exposition
internal import Hummingbird
internal import Logging
internal import NIOCore
private import Synchronization

/// Keeps the process below `limits.memory`: near it, queries and pages are refused before they take any.
///
/// A part of it, ``reserve(_:)``, is for requests that have begun. Each takes its share of that until it has been answered:
/// a thousand may come before the first of them takes any memory. Scrapes and health are never refused.
final class MemoryGate: Sendable {
    /// A request that has been let in, until nobody holds it any more.
    final class Admission: Sendable {
        private let gate: MemoryGate
        private let share: Int

        fileprivate init(_ gate: MemoryGate, _ share: Int) {
            self.gate = gate
            self.share = share
        }

        deinit { gate.state.withLock { $0.reserved -= share } }
    }

    /// Seconds until memory that is not needed any more has been given back to the system.
    static let retryAfter = 5
    /// How long a measurement holds.
    private static let interval = TimeAmount.milliseconds(10)
    /// Bytes that are kept for what has begun, however low the limit is.
    private static let leastReserve = 32_000_000
    /// Between two log lines.
    private static let warningInterval = TimeAmount.minutes(10)

    private struct State {
        var measured: NIODeadline?
        var resident = 0
        /// The shares of the requests that have been let in.
        var reserved = 0
        var warned: NIODeadline?
    }

    private let limit: @Sendable () -> Int
    private let rejections: Rejections
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter limit: bytes, as configured now.
    init(_ limit: @escaping @Sendable () -> Int, _ rejections: Rejections, logger: Logger) {
        self.limit = limit
        self.rejections = rejections
        self.logger = logger
    }

    /// Lets one more request in, or counts it as refused.
    /// - Parameter share: bytes that answering it may take.
    func admit(_ share: Int) -> Admission? {
        let limit = limit()
        let threshold = limit - Self.reserve(limit)
        let (refusal, isDue): (String?, Bool) = state.withLock { state in
            let now = NIODeadline.now()
            if state.measured.map({ now - $0 >= Self.interval }) ?? true {
                state.measured = now
                state.resident = ProcessMemory.current().resident
            }
            let refusal: String
            if state.resident > threshold {
                refusal =
                    "\(state.resident / 1_000_000) MB of limits.memory (\(limit / 1_000_000) MB) are in use; "
                    + "refusing queries and pages until it is less than \(max(threshold, 0) / 1_000_000) MB"
            } else if state.reserved + share > Self.reserve(limit) {
                refusal =
                    "the requests under way may take what is left of limits.memory (\(limit / 1_000_000) MB); "
                    + "refusing queries and pages until some of them have been answered"
            } else {
                state.reserved += share
                return (nil, false)
            }
            let isDue = state.warned.map { now - $0 >= Self.warningInterval } ?? true
            if isDue { state.warned = now }
            return (refusal, isDue)
        }
        guard let refusal else { return Admission(self, share) }
        rejections.count(.memory)
        if isDue { logger.warning("\(refusal)") }
        return nil
    }

    /// Bytes of `limit` that are kept for requests that have begun: a quarter.
    private static func reserve(_ limit: Int) -> Int { max(limit / 4, leastReserve) }
}

/// Answers 503 while ``MemoryGate`` lets nobody in, in the form of the path.
struct MemoryMiddleware<Context: RequestContext>: RouterMiddleware {
    let gate: MemoryGate
    /// The share of an answer to each path, in bytes; 0 where it is always answered.
    let shares: [String: Int]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let known = shares[request.uri.path]
        if known == 0 { return try await next(request, context) }
        let isVendors = request.uri.path.utf8.starts(with: UsageProxy.root.utf8)
        let share = known ?? (isVendors ? Endpoint.memoryOfParts : Endpoint.memoryOfWhole)
        guard let admission = gate.admit(share) else { return try refuse(request, isVendors: isVendors) }
        var response = try await next(request, context)
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            withExtendedLifetime(admission) {}
        }
        return response
    }

    private func refuse(_ request: Request, isVendors: Bool) throws -> Response {
        let problem = Problem(
            status: .serviceUnavailable, detail: "the exporter is short of memory; try again",
            headers: [.retryAfter: "\(MemoryGate.retryAfter)"])
        guard isVendors else { throw problem }
        var response = VendorError(503, problem.detail).response(to: request)
        response.headers[.retryAfter] = problem.headers[.retryAfter]
        return response
    }
}
