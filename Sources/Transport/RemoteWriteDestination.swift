/// A receiver of remote write, and how it is sent to.
///
/// May be printed or dumped: a ``SecretSource`` never shows what it is.
public struct RemoteWriteDestination: Sendable, Hashable {
    /// Its name in the log, on `/metrics` and in the history, where it stands for what was sent:
    /// another name is another destination, to which everything is sent.
    public var name: String
    /// http or https, without user and password.
    public var url: String
    /// Seconds that one request may take.
    public var timeout = 30.0
    /// Sent with each request; their values may be secrets.
    public var headers: [String: SecretSource] = [:]
    public var credentials: RemoteWriteCredentials?
    public var tls = RemoteWriteTLS()
    /// The proxy to this receiver, wherever it is; nil for that of the environment.
    public var proxy: ProxyServer?
    /// Nil to find out what the receiver understands.
    public var message: RemoteWriteMessage?
    /// The most samples of one request.
    public var maxSamplesPerSend = 2000
    /// Seconds to wait after a first failure, and at most.
    public var minBackoff = 0.03
    public var maxBackoff = 5.0
    /// Seconds; older samples are not sent. Nil sends all.
    public var sampleAgeLimit: Int64?

    public init(name: String, url: String) {
        self.name = name
        self.url = url
    }

    /// The proxy of its requests: its own for every host, loopback included, or else that of the environment.
    public func proxies(otherwise environment: ProxyRules) -> ProxyRules {
        proxy.map { ProxyRules(always: $0) } ?? environment
    }
}

/// The messages of the two versions of remote write.
public enum RemoteWriteMessage: String, Sendable, Hashable, CaseIterable {
    case version1 = "prometheus.WriteRequest"
    case version2 = "io.prometheus.write.v2.Request"
}

/// Files for TLS, PEM.
public struct RemoteWriteTLS: Sendable, Hashable {
    /// The trusted certificate authorities; nil for those of the system.
    public var certificateAuthorityFile: String?
    /// The client's own certificate, followed by its chain, and its key: both or none.
    public var certificateFile: String?
    public var keyFile: String?
    /// Whether any certificate will do.
    public var skipsVerification = false

    public init() {}
}

/// The exporter's credentials at a receiver.
public enum RemoteWriteCredentials: Sendable, Hashable {
    case basic(user: String, password: SecretSource)
    /// `Authorization: type credentials`.
    case authorization(type: String, credentials: SecretSource)

    /// The password or the credentials.
    public var secret: SecretSource {
        switch self {
        case .basic(_, let password): password
        case .authorization(_, let credentials): credentials
        }
    }
}
