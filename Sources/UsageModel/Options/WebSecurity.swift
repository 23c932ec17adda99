/// How the HTTP interface is protected, in the terms of Prometheus' web configuration.
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

    /// A header of every response.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The certificate to serve HTTPS with; nil for plain HTTP.
    public var certificate: Certificate?
    /// The rules of TLS beside the certificate; without one they do not matter.
    public var handshake: Handshake
    /// bcrypt hashes of passwords by user; empty for no authentication.
    public var users: [String: String]
    /// They replace what the exporter itself says under these names.
    public var headers: [Header]
    /// Whether HTTP/2 is offered over TLS, beside HTTP/1.1.
    public var http2 = true

    public init(
        certificate: Certificate? = nil, handshake: Handshake = Handshake(), users: [String: String] = [:],
        headers: [Header] = []
    ) {
        self.certificate = certificate
        self.handshake = handshake
        self.users = users
        self.headers = headers
    }

    /// Every file that it is read from, without its own.
    public var files: [String] {
        [certificate?.chain, certificate?.key, handshake.clients.authorityFile].compactMap(\.self)
    }
}

extension WebSecurity {
    /// What a client and the server must agree on.
    public struct Handshake: Sendable, Hashable {
        public var oldest = Version.tls12
        public var newest = Version.tls13
        /// The suites for TLS 1.2 and older; empty for the library's own choice.
        public var cipherSuites: [CipherSuite] = []
        /// The curves of the key exchange; empty for the library's own choice.
        public var curves: [Curve] = []
        public var clients = ClientCertificates()

        public init() {}
    }

    /// A version of TLS, as the file names it.
    public enum Version: String, Sendable, CaseIterable, Comparable {
        case tls10 = "TLS10"
        case tls11 = "TLS11"
        case tls12 = "TLS12"
        case tls13 = "TLS13"

        public static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
    }

    /// A cipher suite of TLS 1.2 or older with forward secrecy, by its name in IANA's registry.
    public enum CipherSuite: String, Sendable, CaseIterable {
        case ecdheECDSAWithAES128CBC = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"
        case ecdheECDSAWithAES256CBC = "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
        case ecdheRSAWithAES128CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
        case ecdheRSAWithAES256CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
        case ecdheECDSAWithAES128GCM = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        case ecdheECDSAWithAES256GCM = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        case ecdheRSAWithAES128GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        case ecdheRSAWithAES256GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
        case ecdheRSAWithChaCha20 = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
        case ecdheECDSAWithChaCha20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
    }

    /// A curve of the key exchange, as the file names it.
    public enum Curve: String, Sendable, CaseIterable {
        case p256 = "CurveP256"
        case p384 = "CurveP384"
        case p521 = "CurveP521"
        case x25519 = "X25519"
    }

    /// What is asked of a client's own certificate.
    public struct ClientCertificates: Sendable, Hashable {
        public var policy = ClientPolicy.none
        /// The path of the PEM certificates of those who may issue one; there with every policy that verifies.
        public var authorityFile: String?
        /// The subject alternative names of which a certificate must have one; nil for any.
        public var allowedNames: [String]?

        public init() {}
    }

    /// How a client identifies itself, by the names of Go's `tls.ClientAuthType`.
    public enum ClientPolicy: String, Sendable, CaseIterable {
        case none = "NoClientCert"
        case request = "RequestClientCert"
        case requireAny = "RequireAnyClientCert"
        case verifyIfGiven = "VerifyClientCertIfGiven"
        case requireAndVerify = "RequireAndVerifyClientCert"

        /// Whether a client without a certificate is turned away.
        public var requires: Bool { self == .requireAny || self == .requireAndVerify }

        /// Whether a certificate must be issued by a known authority.
        public var verifies: Bool { self == .verifyIfGiven || self == .requireAndVerify }
    }
}
