public import AsyncHTTPClient
public import CoreMetrics
internal import NIOHTTPCompression
private import Synchronization
public import Transport
public import UsageModel

/// Makes clients, again and again as the configuration changes: an application keeps its quota,
/// and a key that stays configured keeps what is known of it.
public final class ClientPool: Sendable {
    /// A key that no header can carry.
    public struct InvalidKey: Error, Sendable, CustomStringConvertible {
        public let application: ApplicationID
        let api: API

        public var description: String {
            "the \(api.rawValue) API key of application \(application) has characters that no key has; "
                + "expected letters, digits and punctuation without spaces"
        }
    }

    private struct State {
        var quotas: [ApplicationID: TokenBucket] = [:]
        var keys: [KeyIdentity: Secret] = [:]
    }

    private struct KeyIdentity: Hashable {
        var application: ApplicationID
        var api: API
        var key: SecretSource
    }

    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let metrics: any MetricsFactory
    private let state = Mutex(State())

    /// - Parameters:
    ///   - transport: what every client sends with.
    ///   - metrics: where the clients count their requests.
    public init(transport: any HTTPTransport, clock: any WallClock, metrics: any MetricsFactory) {
        self.transport = transport
        self.clock = clock
        self.metrics = metrics
    }

    /// A client of one application. Its quota is that of every client of the application so far, changed to
    /// `options`.
    /// - Parameters:
    ///   - usageKey: nil where the plan has no Usage API.
    ///   - monitoringKey: nil when infrastructure is not collected.
    ///   - searchKey: nil when the names of indices come from the configuration.
    public func client(
        _ application: ApplicationID, usageKey: SecretSource?, monitoringKey: SecretSource? = nil,
        searchKey: SecretSource? = nil, options: RequestOptions
    ) throws(InvalidKey) -> AlgoliaClient {
        var usage: Secret?
        if let usageKey { usage = try key(usageKey, .usage, application) }
        var monitoring: Secret?
        if let monitoringKey { monitoring = try key(monitoringKey, .monitoring, application) }
        var search: Secret?
        if let searchKey { search = try key(searchKey, .search, application) }
        return AlgoliaClient(
            application: application, options: options, usageKey: usage, monitoringKey: monitoring, searchKey: search,
            transport: transport, quota: quota(of: application, requestsPerMinute: options.requestsPerMinute),
            clock: clock, metrics: metrics)
    }

    private func quota(of application: ApplicationID, requestsPerMinute: Int) -> TokenBucket {
        let quota = state.withLock { state in
            if let known = state.quotas[application] { return known }
            let new = TokenBucket(requestsPerMinute: requestsPerMinute, clock: clock)
            state.quotas[application] = new
            return new
        }
        quota.change(requestsPerMinute: requestsPerMinute)
        return quota
    }

    private func key(
        _ source: SecretSource, _ api: API, _ application: ApplicationID
    ) throws(InvalidKey) -> Secret {
        let identity = KeyIdentity(application: application, api: api, key: source)
        if let known = state.withLock({ $0.keys[identity] }) { return known }
        let new: Secret
        switch source {
        case .file(let path): new = Secret(file: path, as: .key)
        case .value(let text):
            guard let key = SecretText(key: text) else { throw InvalidKey(application: application, api: api) }
            new = Secret(key)
        }
        state.withLock { $0.keys[identity] = new }
        return new
    }
}

extension HTTPClient.Configuration {
    /// For requests to Algolia, by every application.
    public static var algolia: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.singleAttempt()
        // Gzip is undone as it arrives: a bomb ends at the size limit.
        configuration.decompression = .enabled(limit: .size(AlgoliaClient.maximumBody))
        // One application whose requests hang must not keep another from its connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        return configuration
    }
}
