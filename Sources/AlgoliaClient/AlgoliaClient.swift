public import CoreMetrics
internal import NIOCore
private import Synchronization
public import Transport
public import UsageModel

/// One application's access to Algolia's APIs. Sends GET and nothing else.
///
/// Each call is one attempt: it waits for the application's quota, sends,
/// decodes, and throws a typed ``AlgoliaError``. When to try again is the
/// caller's decision, because only the caller knows what else could be done
/// meanwhile (``Backoff``).
public struct AlgoliaClient: Sendable {
    /// The largest answer to accept, in bytes. The largest real one, a week of
    /// every statistic of an application on a hundred servers, is below 8 MiB.
    public static let maximumBody = 64 << 20

    public let application: ApplicationID
    let endpoints: RequestOptions.Endpoints
    let usageKey: Secret?
    let monitoringKey: Secret?
    private let searchKey: Secret?
    private let timeout: Double
    private let transport: any HTTPTransport
    private let quota: TokenBucket
    private let clock: any WallClock
    private let dates = VendorDates()
    private let ignored = IgnoredParts()
    private let metrics: any MetricsFactory

    /// - Parameters:
    ///   - usageKey: nil where the plan has no Usage API.
    ///   - monitoringKey: nil when infrastructure and the inventory are not collected.
    ///   - searchKey: a key with the `listIndexes` ACL; nil when index names come from configuration.
    ///   - quota: shared by everything that asks for this application.
    public init(
        application: ApplicationID, options: RequestOptions = RequestOptions(), usageKey: Secret?,
        monitoringKey: Secret? = nil, searchKey: Secret? = nil,
        transport: any HTTPTransport, quota: TokenBucket, clock: any WallClock, metrics: any MetricsFactory
    ) {
        self.application = application
        endpoints = options.endpoints
        self.usageKey = usageKey
        self.monitoringKey = monitoringKey
        self.searchKey = searchKey
        timeout = options.timeout
        self.transport = transport
        self.quota = quota
        self.clock = clock
        self.metrics = metrics
    }

    /// Returns the answer to `request`, values as the vendor sent them: points of the asked range alone.
    public func usage(_ request: UsageRequest) async throws(AlgoliaError) -> UsageAnswer {
        guard let usageKey else { throw .noKey("no usage key is configured") }
        let answer = try await get(
            .usage, url: endpoints.url(endpoints.usage, application: application, target: request.target),
            key: usageKey
        ) { body throws(AlgoliaError) in
            try decoding(body) { bytes throws(UsageDecodingError) in
                try UsageDecoder.decode(bytes, asked: request.statistics)
            }
        }
        return finished(answer, within: request.range, request.granularity, .usage)
    }

    /// An answer without points outside `range`, its texts fit to be shown.
    func finished(
        _ answer: UsageAnswer, within range: TimeRange, _ granularity: Granularity, _ api: API
    ) -> UsageAnswer {
        var answer = answer
        answer.limit(to: range, granularity)
        noteIgnored(answer.unnamed, api)
        let secrets = secrets
        answer.failure = answer.failure.map { ForeignText.shown($0, redacting: secrets) }
        for position in answer.unreadable.indices {
            answer.unreadable[position].text = ForeignText.shown(
                answer.unreadable[position].text, redacting: secrets)
        }
        return answer
    }

    /// Where the key of an API comes from; nil when none is configured.
    public func key(_ api: API) -> Secret? {
        switch api {
        case .usage, .usageV2: usageKey
        case .monitoring: monitoringKey
        case .search: searchKey
        }
    }

    /// Restores from `memory` what was spent of the quota before this start, and notes there what is spent from now on.
    public func rememberQuota(in memory: any QuotaMemory) async { await quota.remember(in: memory) }

    /// The rest of the quota.
    public var quotaBalance: TokenBucket.Balance { quota.balance }

    /// How much of the quota is used, by everything that shares it.
    public var quotaUse: TokenBucket.Use { quota.use }

    /// The time according to the newest answer of an API; nil before the first answer.
    public func newestDate(_ api: API) -> VendorDates.Reading? { dates.newest(api) }

    /// How many parts of an API's answers were left out since the start, because they cannot be read.
    public func ignoredParts(_ api: API) -> Int { ignored.count(api) }

    func noteIgnored(_ count: Int, _ api: API) { ignored.add(count, api, metrics: metrics) }

    /// Whether the state of clusters may be asked for, which needs no key.
    public var canAskStatus: Bool { monitoringKey != nil || endpoints.allowsStatusWithoutKey }

    /// Where the state of clusters is asked for.
    var statusEndpoint: String { endpoints.monitoring }

    /// Whether index names can be listed: a search key is configured.
    public var canListIndices: Bool { searchKey != nil }

    /// Pages of the list of indices that are asked for: 100,000 indices, a hundred times what a plan allows.
    private static let pageLimit = 1000

    /// The names of all indices, by the Search API, page after page.
    public func indexNames() async throws(AlgoliaError) -> [IndexName] { try await indexList().names }

    /// The list of all indices, by the Search API, page after page, until a page brings nothing new.
    public func indexList() async throws(AlgoliaError) -> IndexList {
        guard let searchKey else { throw .noKey("no search key is configured") }
        var list = IndexList()
        var known = Set<IndexName>()
        // The pages after the first are asked for where that was found.
        var hosts = endpoints.searches[...]
        for page in 0..<Self.pageLimit {
            let next = try await indexPage(page, of: &hosts, key: searchKey)
            let new = next.indices.filter { known.insert($0.name).inserted }
            list.indices += new
            list.unusable += next.unusable
            noteIgnored(next.unusable, .search)
            if page + 1 < next.pages, next.indices.isEmpty, next.unusable == 0 {
                var reason = UsageDecodingError(.notAnAnswer, at: 0)
                reason.text = "page \(page + 1) of \(next.pages) of the list of indices is empty"
                throw .broken(reason)
            }
            guard page + 1 < next.pages, !new.isEmpty else { return list }
        }
        list.isCut = true
        return list
    }

    /// One page of the list, from the first of `hosts` that answers; those before it are taken away.
    private func indexPage(
        _ page: Int, of hosts: inout ArraySlice<String>, key: Secret
    ) async throws(AlgoliaError) -> IndexPage {
        let target = "/1/indexes?page=\(page)&hitsPerPage=100"
        while let host = hosts.first {
            do throws(AlgoliaError) {
                return try await get(
                    .search, url: endpoints.url(host, application: application, target: target), key: key
                ) { body throws(AlgoliaError) in try decoding(body, IndexPage.decode) }
            } catch {
                guard error.isOfHost, hosts.count > 1 else { throw error }
                hosts.removeFirst()
            }
        }
        throw .connection("there is no host to ask")
    }

    /// Returns a body as `decode` reads it.
    func decoding<Answer>(
        _ body: ByteBuffer, _ decode: (UnsafeRawBufferPointer) throws(UsageDecodingError) -> Answer
    ) throws(AlgoliaError) -> Answer {
        do throws(UsageDecodingError) {
            return try body.withUnsafeReadableBytes { bytes throws(UsageDecodingError) in try decode(bytes) }
        } catch {
            var error = error
            // Text that is not the expected document may state the reason.
            let first = body.readableBytesView.first { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
            if error.reason == .notAnAnswer || (first != UInt8(ascii: "{") && first != UInt8(ascii: "[")) {
                error.text = ForeignText.message(body, redacting: secrets)
            }
            throw .broken(error)
        }
    }

    /// Every key of the application as it is now: what no text may show.
    var secrets: [String] {
        [usageKey, monitoringKey, searchKey].compactMap { try? $0?.current().secret }
    }

    /// One exchange with one API, measured.
    /// - Parameter key: nil for what anybody may ask: the request then says nothing about the application.
    func get<Answer: Sendable>(
        _ api: API, url: String, key: Secret?, decode: (ByteBuffer) throws(AlgoliaError) -> Answer
    ) async throws(AlgoliaError) -> Answer {
        do { try await quota.acquire() } catch { throw .cancelled }
        // After the wait for quota: a key that was rotated meanwhile is the one to send.
        let current: SecretText?
        do throws(Secret.Unavailable) {
            current = try key?.current()
        } catch {
            throw .noKey(error.description)
        }
        var headers = [
            ("Accept", "application/json"), ("Accept-Encoding", "gzip"), ("User-Agent", "algolia-exporter"),
        ]
        if let current {
            headers = [("X-Algolia-Application-Id", application.text), ("X-Algolia-API-Key", current.secret)] + headers
        }
        let start = clock.monotonic
        let result: Result<Answer, AlgoliaError>
        do throws(AlgoliaError) {
            let request = TransportRequest(
                url: url, headers: headers, timeout: timeout, maximumBody: Self.maximumBody)
            result = .success(try decode(try await exchange(api, request, sent: current)))
        } catch {
            result = .failure(error)
        }
        let code: String
        switch result {
        case .success: code = "200"
        case .failure(let error):
            code = error.code
            // Most plans refuse version 2 to a key that is good for version 1.
            if api != .usageV2, case .unauthorized = error, let key, let current { key.noteRefused(current) }
        }
        let requests = RequestMetrics.requests
        Counter(label: requests.name, dimensions: requests.dimensions([api.rawValue, code]), factory: metrics)
            .increment()
        Recorder(label: RequestMetrics.duration.name, dimensions: [], aggregate: true, factory: metrics)
            .record(clock.monotonic - start)
        return try result.get()
    }

    /// The body of a 200, or the error that the answer amounts to.
    private func exchange(
        _ api: API, _ request: TransportRequest, sent key: SecretText?
    ) async throws(AlgoliaError) -> ByteBuffer {
        let asked = clock.monotonic
        let answer: TransportAnswer
        do throws(TransportError) {
            answer = try await transport.send(request)
        } catch {
            switch error {
            case .timeout: throw .timeout
            case .tooLarge(let limit): throw .broken(UsageDecodingError(.tooLarge(limit: limit), at: limit))
            case .connection(let reason):
                throw .connection(ForeignText.shown(reason, redacting: secrets + [key?.secret].compactMap(\.self)))
            case .cancelled: throw .cancelled
            }
        }
        dates.note(answer.date, api, asked: asked, arrived: clock.monotonic)
        if answer.status == 200 { return answer.body }
        let retryAfter = answer.retryAfter.flatMap {
            // A date is by the vendor's clock, and ours may be wrong.
            RetryAfter.seconds($0, now: answer.date.map(Double.init) ?? clock.seconds)
        }
        let message = ForeignText.message(answer.body, redacting: secrets + [key?.secret].compactMap(\.self))
        switch answer.status {
        case 401, 403: throw .unauthorized(status: answer.status, message: message)
        case 404: throw .notFound(message: message)
        case 429: throw .rateLimited(retryAfter: retryAfter)
        case 408: throw .timeout
        case 400..<500: throw .refused(status: answer.status, message: message)
        case 300..<400:
            throw .server(
                status: answer.status, message: "a redirect, which is not followed: the key is for this host alone",
                retryAfter: retryAfter)
        default: throw .server(status: answer.status, message: message, retryAfter: retryAfter)
        }
    }
}

extension RequestOptions.Endpoints {
    func url(_ base: String, application: ApplicationID, target: String) -> String {
        let host = base.replacing(
            "{application}", with: PercentEncoding.pathSegment(application))
        return (host.hasSuffix("/") ? String(host.dropLast()) : host) + target
    }
}

/// When the vendor's clock said that it answered, by API: the check on our own clock.
public final class VendorDates: Sendable {
    /// The dates of one answer.
    public struct Reading: Sendable, Hashable {
        /// The `Date` header (RFC 9110, section 6.6.1); nil when the answer had none.
        public var date: UnixTime?
        /// ``WallClock/monotonic`` when the question was sent.
        public var asked: Double
        /// ``WallClock/monotonic`` when the answer had arrived: the vendor wrote its date between the two.
        public var arrived: Double

        public init(date: UnixTime?, asked: Double, arrived: Double) {
            self.date = date
            self.asked = asked
            self.arrived = arrived
        }
    }

    /// 2026-01-01: no clock that was ever set shows a time before this program was written, the vendor's neither.
    public static let plausible: UnixTime = 1_767_225_600

    private let readings = Mutex<[API: Reading]>([:])

    /// - Parameter date: a date that is not ``plausible`` is none.
    func note(_ date: UnixTime?, _ api: API, asked: Double, arrived: Double) {
        let date = date.flatMap { $0 >= Self.plausible ? $0 : nil }
        readings.withLock { $0[api] = Reading(date: date, asked: asked, arrived: arrived) }
    }

    func newest(_ api: API) -> Reading? { readings.withLock { $0[api] } }
}
