internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL
private import Transport
internal import UsageModel

/// The certificate or its key cannot be used.
public struct CertificateError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "\(path) cannot be used for TLS: \(reason)" }
}

extension WebServer {
    /// HTTP/1.1, over TLS when there is a certificate.
    /// - Throws: ``CertificateError``.
    static func server(_ security: WebSecurity, _ connections: Connections) throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [
                HTTP1RulesInstaller(linger: .seconds(connections.limits.linger)), ConnectionHandler(connections),
            ]))
        guard let certificate = security.certificate else { return http }
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(SmallFile.read(certificate.chain, atMost: 1 << 20))
        } catch {
            throw CertificateError(path: certificate.chain, reason: "not a readable PEM certificate")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: SmallFile.read(certificate.key, atMost: 1 << 20), format: .pem)
        } catch {
            throw CertificateError(path: certificate.key, reason: "not a readable PEM private key")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try .tls(http, tlsConfiguration: configuration)
        } catch {
            throw CertificateError(path: certificate.chain, reason: "certificate and key do not match: \(error)")
        }
    }
}
