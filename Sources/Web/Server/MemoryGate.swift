internal import Exposition
internal import Hummingbird
internal import Logging
internal import NIOCore
private import Synchronization

/// Keeps the process below `limits.memory`: past three quarters of it, queries and pages are refused before they take any.
///
/// The last quarter is for requests that have begun: their answers are made a part at a time, as many at once as
/// there are threads for queries. Scrapes and health are never refused.
final class MemoryGate: Sendable {
    /// Seconds until memory that is not needed any more has been given back to the system.
    static let retryAfter = 5
    /// How long a measurement holds.
    private static let interval = TimeAmount.milliseconds(10)
    /// Between two log lines.
    private static let warningInterval = TimeAmount.minutes(10)

    private struct State {
        var measured: NIODeadline?
        var resident = 0
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

    /// Whether one more request may be answered; one that may not is counted.
    func admits() -> Bool {
        let limit = limit()
        let (resident, isDue) = state.withLock { state in
            let now = NIODeadline.now()
            if state.measured.map({ now - $0 >= Self.interval }) ?? true {
                state.measured = now
                state.resident = ProcessMemory.current().resident
            }
            guard Self.isOver(state.resident, limit) else { return (state.resident, false) }
            let isDue = state.warned.map { now - $0 >= Self.warningInterval } ?? true
            if isDue { state.warned = now }
            return (state.resident, isDue)
        }
        guard Self.isOver(resident, limit) else { return true }
        rejections.count(.memory)
        if isDue {
            logger.warning(
                "\(resident / 1_000_000) MB of limits.memory (\(limit / 1_000_000) MB) are in use; refusing queries and pages until it is less than three quarters"
            )
        }
        return false
    }

    private static func isOver(_ resident: Int, _ limit: Int) -> Bool { resident > limit / 4 * 3 }
}

/// Answers 503 while ``MemoryGate`` admits nothing, in the form of the path.
struct MemoryMiddleware<Context: RequestContext>: RouterMiddleware {
    let gate: MemoryGate
    /// Paths that are always answered.
    let urgent: Set<String>

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !urgent.contains(request.uri.path), !gate.admits() else { return try await next(request, context) }
        let problem = Problem(
            status: .serviceUnavailable, detail: "the exporter is short of memory; try again",
            headers: [.retryAfter: "\(MemoryGate.retryAfter)"])
        guard request.uri.path.utf8.starts(with: UsageProxy.root.utf8) else { throw problem }
        var response = VendorError(503, problem.detail).response(to: request)
        response.headers[.retryAfter] = problem.headers[.retryAfter]
        return response
    }
}
