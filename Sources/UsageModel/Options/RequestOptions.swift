/// How Algolia's APIs are asked.
public struct RequestOptions: Sendable, Hashable {
    /// Where the APIs are: `http` or `https`, a host, and no query. `{application}` stands for the application's id.
    public struct Endpoints: Sendable, Hashable {
        public var usage = "https://usage.algolia.com"
        public var monitoring = "https://status.algolia.com" { didSet { isMonitoringSet = true } }
        public var search = Self.searchHosts[0]
        /// The path of a PEM file with the certificate authorities to trust; nil for those of the system.
        public var certificateAuthorityFile: String?
        /// Whether ``monitoring`` was set, also to what it is by default.
        private var isMonitoringSet = false

        public init() {}

        /// Whether the state of clusters may be asked for without a key: who has set another Usage API and no
        /// Monitoring API has a gateway, and nothing may go past it.
        public var allowsStatusWithoutKey: Bool { isMonitoringSet || usage == Self().usage }

        /// The hosts of an application's Search API, in the vendor's order.
        private static let searchHosts =
            ["https://{application}-dsn.algolia.net"]
            + (1...3).map { "https://{application}-\($0).algolianet.com" }

        /// Where the Search API is asked: another host where the one before cannot be reached or fails. An endpoint that
        /// is configured has no other.
        public var searches: [String] { search == Self.searchHosts[0] ? Self.searchHosts : [search] }
    }

    public var endpoints = Endpoints()
    /// Requests a minute and application, over all APIs.
    public var requestsPerMinute = 60
    /// Seconds that one request may take.
    public var timeout = 30.0

    public init() {}

    /// The options of one of `count` processes that share the quota of each application. At least one request a
    /// minute is left.
    public func shared(among count: Int) -> RequestOptions {
        var share = self
        share.requestsPerMinute = max(1, requestsPerMinute / count)
        return share
    }
}
