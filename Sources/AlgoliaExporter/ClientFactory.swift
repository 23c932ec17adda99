import AlgoliaClient
import AsyncHTTPClient
import Prometheus
import Settings
import Synchronization
import UsageModel

/// Makes clients, again and again as the configuration changes: an application keeps its quota,
/// and a key that stays configured keeps what is known of it.
final class ClientFactory: Sendable {
    private struct State {
        var quotas: [ApplicationID: TokenBucket] = [:]
        var keys: [KeyIdentity: KeySource] = [:]
    }

    private struct KeyIdentity: Hashable {
        var application: ApplicationID
        var api: API
        var key: SecretSource
    }

    private let http: HTTPClient
    private let clock: any WallClock
    private let registry: MetricsRegistry
    private let state = Mutex(State())

    init(http: HTTPClient, clock: any WallClock, registry: MetricsRegistry) {
        self.http = http
        self.clock = clock
        self.registry = registry
    }

    func client(_ application: ApplicationSettings, _ options: RequestOptions) throws -> AlgoliaClient {
        AlgoliaClient(
            application: application.id, options: options,
            usageKey: try keySource(application.usageKey, .usage, application.id),
            monitoringKey: try application.monitoringKey.map { try keySource($0, .monitoring, application.id) },
            searchKey: try application.searchKey.map { try keySource($0, .search, application.id) },
            transport: AsyncHTTPTransport(http),
            quota: quota(of: application.id, requestsPerMinute: options.requestsPerMinute), clock: clock,
            metrics: registry)
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

    private func keySource(_ setting: SecretSource, _ api: API, _ application: ApplicationID) throws -> KeySource {
        let identity = KeyIdentity(application: application, api: api, key: setting)
        if let known = state.withLock({ $0.keys[identity] }) { return known }
        let source: KeySource
        switch setting {
        case .file(let path): source = KeySource(path: path)
        case .value(let text):
            guard let key = APIKey(text) else {
                throw CommandError(
                    "the \(api.rawValue) API key of application \(application) has characters that no key has; "
                        + "expected letters, digits and punctuation without spaces")
            }
            source = KeySource(key)
        }
        state.withLock { $0.keys[identity] = source }
        return source
    }
}
