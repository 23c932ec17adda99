/// How the HTTP interface is protected.
public struct WebSecurity: Sendable, Hashable {
    /// Paths of a certificate, followed by its chain, and of its key; PEM.
    public struct Certificate: Sendable, Hashable {
        public var chain: String
        public var key: String

        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    /// The certificate to serve HTTPS with; nil for plain HTTP.
    public var certificate: Certificate?
    /// bcrypt hashes of passwords by user; empty for no authentication.
    public var users: [String: String]

    public init(certificate: Certificate? = nil, users: [String: String] = [:]) {
        self.certificate = certificate
        self.users = users
    }
}
