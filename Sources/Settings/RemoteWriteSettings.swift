/// One receiver of `remote_write`, in the keys of Prometheus' own configuration.
public struct RemoteWriteSettings: Sendable, Hashable {
    /// http or https, without user and password.
    public var url: String
    /// What the destination is called; the URL without its scheme and query by default. All differ.
    public var name: String
    /// Seconds.
    public var remoteTimeout = 30.0
    public var headers: [String: KeySetting] = [:]
    /// At most one of both.
    public var basicAuth: BasicAuthSettings?
    public var authorization: AuthorizationSettings?
    public var tls = ClientTLSSettings()
    /// The name of the message to send; nil to find out what the receiver understands.
    public var protobufMessage: String?
    public var queue = QueueSettings()

    public init(url: String, name: String) {
        self.url = url
        self.name = name
    }
}

/// A user and a password.
public struct BasicAuthSettings: Sendable, Hashable {
    public var username: String
    public var password: KeySetting
}

/// The header `Authorization`.
public struct AuthorizationSettings: Sendable, Hashable {
    public var type = "Bearer"
    public var credentials: KeySetting
}

/// How a receiver's certificate is verified, and what it is shown. Paths of PEM files.
public struct ClientTLSSettings: Sendable, Hashable {
    public var certificateAuthorityFile: String?
    /// Given with ``keyFile`` or not at all.
    public var certificateFile: String?
    public var keyFile: String?
    public var skipsVerification = false

    public init() {}
}

/// How samples are batched and repeated.
public struct QueueSettings: Sendable, Hashable {
    public var maxSamplesPerSend = 2000
    /// Seconds.
    public var minBackoff = 0.03
    public var maxBackoff = 5.0
    /// Seconds; 0 for no limit.
    public var sampleAgeLimit: Int64 = 0

    public init() {}
}
