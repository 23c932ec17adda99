internal import AlgoliaClient
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import UsageModel

/// `/1/usage`: the history in the vendor's wire format. An existing client changes only its base URL.
///
/// Answers and errors, and the order in which things are checked, are the vendor's; any length
/// of range is allowed. `X-Cache` tells how much was covered when the request came, `Age` how
/// old the newest bucket is.
struct UsageProxy: Sendable {
    /// Everything below is the vendor's world, errors included.
    static let root = "/1/"
    static let cacheHeader = "X-Cache"

    private let exporter: Exporter

    init(_ exporter: Exporter) {
        self.exporter = exporter
    }

    /// - Throws: `CancellationError` when the server stops; every other failure is an answer.
    func respond(to request: Request, logger: Logger) async throws -> Response {
        do {
            return try await answer(request, logger)
        } catch let error as VendorError {
            return error.response(to: request)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("request failed: \(error)", metadata: ["path": "\(request.uri.path)"])
            return VendorError.internalError.response(to: request)
        }
    }

    private func answer(_ request: Request, _ logger: Logger) async throws -> Response {
        guard request.method == .get else { throw VendorError.notGET }
        guard let path = UsagePath(request.uri.path) else { throw VendorError.noSuchPath }
        let application = try await UsageAccess.application(request.headers, exporter.usage)
        let query = request.uri.string.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
        let parameters = try UsageParameters(query.first)
        let scope = Scope(application: application, index: path.index)
        let history = exporter.history

        var stored = try await history.usage(scope, parameters.granularity)
        var asked = try await AskedStatistics(path.statistics, scope, stored, history)
        var coverage = coverage(asked, parameters, stored)
        let state = coverage.state
        let outcome = await readThrough(scope, parameters, coverage)
        if outcome != .nothingToFetch {
            stored = try await history.usage(scope, parameters.granularity)
            asked = try await AskedStatistics(path.statistics, scope, stored, history)
            coverage = self.coverage(asked, parameters, stored)
        }

        var body = UsageBody(
            history, parameters.granularity, parameters.range, asked.names.compactMap { stored.statistics[$0] })
        let first = try await body.next()
        if body.isEmpty, case .refused(let error) = outcome { throw error }
        if scope.isIndex, !stored.wasFetched, outcome != .failed { throw VendorError.unknownIndex(scope.index) }

        var headers: HTTPFields = [.contentType: VendorError.contentType]
        if let name = HTTPField.Name(Self.cacheHeader) { headers[name] = state.rawValue }
        if let fetchedAt = coverage.fetchedAt { headers[.age] = String(max(exporter.clock.now - fetchedAt, 0)) }
        guard let first, let second = try await body.next() else {
            return Response(status: .ok, headers: headers, body: first.map(ResponseBody.init) ?? ResponseBody())
        }
        return Response(status: .ok, headers: headers, body: Self.stream([first, second], body, logger))
    }

    private func coverage(
        _ asked: AskedStatistics, _ parameters: UsageParameters, _ stored: StoredUsage
    ) -> UsageCoverage {
        UsageCoverage(
            asked, parameters, stored, now: exporter.clock.now, delay: exporter.usage.settleDelay())
    }

    /// The outcome of asking the vendor for what is missing.
    private enum ReadThroughOutcome: Equatable {
        /// Nothing was missing, or read-through is off.
        case nothingToFetch
        case fetched
        /// The vendor refuses the question itself.
        case refused(VendorError)
        /// It did not work out this time; what is there has to do.
        case failed
    }

    private func readThrough(
        _ scope: Scope, _ parameters: UsageParameters, _ coverage: UsageCoverage
    ) async -> ReadThroughOutcome {
        guard let readThrough = exporter.usage.readThrough(), let missing = coverage.missing else {
            return .nothingToFetch
        }
        do throws(AlgoliaError) {
            let isComplete = try await readThrough(
                scope, parameters.granularity, missing.range, missing.statistics)
            return isComplete ? .fetched : .failed
        } catch {
            return VendorError(error).map(ReadThroughOutcome.refused) ?? .failed
        }
    }

    /// Reads on only when the client has taken what was read: the writer waits until it has.
    private static func stream(_ parts: [ByteBuffer], _ body: UsageBody, _ logger: Logger) -> ResponseBody {
        ResponseBody { writer in
            var body = body
            for part in parts { try await writer.write(part) }
            while let part = try await Self.next(&body, logger) { try await writer.write(part) }
            try await writer.finish(nil)
        }
    }

    /// A failure in the middle can only cut the connection; the log has the reason.
    private static func next(_ body: inout UsageBody, _ logger: Logger) async throws -> ByteBuffer? {
        do {
            return try await body.next()
        } catch {
            if !(error is CancellationError) { logger.error("usage response aborted: \(error)") }
            throw error
        }
    }
}

/// Hands everything below `/1/` to the usage proxy, before the exporter's own passwords are
/// asked for: there, the application's key is the password.
struct UsageProxyMiddleware<Context: RequestContext>: RouterMiddleware {
    let proxy: UsageProxy

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path.utf8.starts(with: UsageProxy.root.utf8) else { return try await next(request, context) }
        return try await proxy.respond(to: request, logger: context.logger)
    }
}

/// The description of the usage proxy in `/openapi.json`.
extension UsageProxy {
    static let endpoints: [Endpoint] = [
        endpoint(
            "/1/usage/{statistics}", "Statistics of an application, in the format of Algolia's Usage API.",
            [statistics], notFound: "With read-through: Algolia has no data for the range."),
        endpoint(
            "/1/usage/{statistics}/{index}", "Statistics of one index, in the format of Algolia's Usage API.",
            [statistics, index],
            notFound: "The index is unknown, or, with read-through, Algolia has no data for the range."),
    ]

    private static let statistics = Endpoint.Parameter(
        name: "statistics", summary: "Names, groups or *, separated by commas.", place: .path, isRequired: true)
    private static let index = Endpoint.Parameter(
        name: "index", summary: "The index name, percent-encoded as one segment.", place: .path, isRequired: true)

    private static func endpoint(
        _ path: String, _ summary: String, _ segments: [Endpoint.Parameter], notFound: String
    ) -> Endpoint {
        Endpoint(
            path: path, summary: summary,
            parameters: segments + [
                .init(
                    name: "startDate", summary: "The start of the range, RFC 3339; buckets that begin at or after it.",
                    isRequired: true),
                .init(
                    name: "endDate", summary: "The end of the range (exclusive), RFC 3339. Any length is allowed.",
                    isRequired: true),
                .init(
                    name: "granularity", summary: "The width of the buckets; daily by default.",
                    schema: .options(["hourly", "daily"])),
                .init(
                    name: UsageAccess.applicationHeader, summary: "The application's id.", place: .header,
                    isRequired: true),
                .init(
                    name: UsageAccess.keyHeader, summary: "The usage key that the exporter uses for the application.",
                    place: .header, isRequired: true),
            ],
            contents: [
                .init(type: "application/json", summary: "Points by statistic; a statistic without any is left out.")
            ],
            headers: [
                .init(
                    name: cacheHeader,
                    summary: "Whether the settled part of the range was already stored: HIT, PARTIAL or MISS.",
                    schema: .options(UsageCoverage.State.allCases.map(\.rawValue))),
                .init(
                    name: "Age", summary: "Seconds since the newest bucket was fetched; absent when none was fetched.",
                    schema: .integer(minimum: 0)),
            ],
            failures: [
                401: "A header is missing, the application is not configured, or the key is not its usage key.",
                404: notFound, 422: "A parameter is invalid, or a statistic does not exist.",
            ], failureForm: .vendor, handle: nil)
    }
}
