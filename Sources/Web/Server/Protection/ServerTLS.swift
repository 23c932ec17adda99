internal import NIOCore
internal import NIOSSL
private import Transport
internal import UsageModel

/// TLS of new connections: the contents of the files, and the rules of the handshake.
struct ServerTLS: Sendable {
    private let context: NIOSSLContext
    private let policy: WebSecurity.ClientPolicy
    private let allowedNames: ClientNames?

    /// - Parameter http2: whether HTTP/2 is offered beside HTTP/1.1.
    /// - Throws: `TLSFileError`.
    init(_ certificate: WebSecurity.Certificate, _ handshake: WebSecurity.Handshake, http2: Bool) throws {
        var configuration = try TLSConfiguration.server(
            certificateFile: certificate.chain, keyFile: certificate.key,
            clientAuthorityFile: handshake.clients.authorityFile)
        configuration.minimumTLSVersion = TLSVersion(handshake.oldest)
        configuration.maximumTLSVersion = TLSVersion(handshake.newest)
        if !handshake.cipherSuites.isEmpty {
            configuration.cipherSuites = handshake.cipherSuites.map(\.rawValue).joined(separator: ":")
        }
        if !handshake.curves.isEmpty { configuration.curves = handshake.curves.map(NIOTLSCurve.init) }
        configuration.applicationProtocols = (http2 ? ["h2"] : []) + ["http/1.1"]
        policy = handshake.clients.policy
        configuration.certificateVerification =
            switch policy {
            case .none: .none
            case .request, .verifyIfGiven: .optionalVerification
            case .requireAny, .requireAndVerify: .noHostnameVerification
            }
        // Clients with several certificates choose by it.
        configuration.sendCANameList = policy.verifies
        context = try NIOSSLContext(configuration: configuration)
        allowedNames = handshake.clients.allowedNames.map(ClientNames.init)
    }

    /// The handlers of a connection that stand before those of HTTP.
    func handlers(_ connections: Connections) -> [any ChannelHandler] {
        guard policy != .none else { return [NIOSSLServerHandler(context: context)] }
        let check = ClientCertificateCheck(allowedNames, connections)
        guard !policy.verifies else { return [NIOSSLServerHandler(context: context), check] }
        // The library verifies whatever it asks for, unless somebody else decides.
        let server = NIOSSLServerHandler(context: context) { _, decision in decision.succeed(.certificateVerified) }
        return [server, check]
    }
}

extension TLSVersion {
    fileprivate init(_ version: WebSecurity.Version) {
        self =
            switch version {
            case .tls10: .tlsv1
            case .tls11: .tlsv11
            case .tls12: .tlsv12
            case .tls13: .tlsv13
            }
    }
}

extension NIOTLSCurve {
    fileprivate init(_ curve: WebSecurity.Curve) {
        self =
            switch curve {
            case .p256: .secp256r1
            case .p384: .secp384r1
            case .p521: .secp521r1
            case .x25519: .x25519
            }
    }
}
