internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL
private import Transport
internal import UsageModel

extension WebServer {
    /// HTTP/1.1, over TLS when there is a certificate.
    /// - Throws: `TLSFileError`.
    static func server(_ security: WebSecurity, _ connections: Connections) throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(
            configuration: .init(additionalChannelHandlers: [
                HTTP1RulesInstaller(linger: .seconds(connections.limits.linger)), ConnectionHandler(connections),
            ]))
        guard let certificate = security.certificate else { return http }
        return try .tls(
            http, tlsConfiguration: .server(certificateFile: certificate.chain, keyFile: certificate.key))
    }
}
