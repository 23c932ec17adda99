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
    public var proxy: RemoteWriteProxy?
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

/// The proxy of one receiver.
public struct RemoteWriteProxy: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// By the method `CONNECT`.
        case http
        /// The same, over TLS to the proxy.
        case https
        case socks5
    }

    public var kind: Kind
    /// A name or an address, the latter without brackets.
    public var host: String
    public var port: Int
    /// User and password with a colon between them; nil for none.
    public var credentials: SecretSource?

    public init(_ kind: Kind = .http, host: String, port: Int, credentials: SecretSource? = nil) {
        self.kind = kind
        self.host = host
        self.port = port
        self.credentials = credentials
    }
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
