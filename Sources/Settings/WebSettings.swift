/// What `--web.config.file` says: TLS and basic authentication, in the keys of
/// Prometheus's exporters.
public struct WebSettings: Sendable, Hashable {
    /// The certificate to serve HTTPS with; nil for plain HTTP.
    public var certificate: CertificateSettings?
    /// bcrypt hashes of passwords by user; empty for no authentication.
    public var users: [String: String] = [:]

    public init() {}
}

/// Files of a certificate, PEM.
public struct CertificateSettings: Sendable, Hashable {
    /// The certificate, followed by its chain.
    public var certificateFile: String
    public var keyFile: String

    public init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
