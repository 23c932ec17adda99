/// How the HTTP interface is protected.
public struct WebSecurity: Sendable {
    /// Paths of a certificate chain and its key, PEM; nil for plain HTTP.
    public var certificate: (chain: String, key: String)?
    /// bcrypt hashes of passwords by user; empty for no authentication.
    public var users: [String: String]

    public init(certificate: (chain: String, key: String)? = nil, users: [String: String] = [:]) {
        self.certificate = certificate
        self.users = users
    }
}

/// The certificate or its key cannot be used.
public struct CertificateError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "\(path) cannot be used for TLS: \(reason)" }
}
