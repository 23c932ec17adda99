internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL
private import Transport
internal import UsageModel

extension WebServer {
    /// Serves every connection of a listener: HTTP/1.1, over TLS when there is a certificate.
    /// - Throws: `TLSFileError`.
    static func serving(
        _ listener: HTTPListener, _ security: WebSecurity,
        onRunning: @escaping @Sendable ([ListenAddress]) async -> Void,
        responder: @escaping HTTPChannelHandler.Responder
    ) throws -> @Sendable () async throws -> Void {
        let connections = listener.connections
        let http = HTTP1Channel(
            responder: responder,
            configuration: .init(additionalChannelHandlers: [
                HTTP1RulesInstaller(linger: .seconds(connections.limits.linger)), ConnectionHandler(connections),
            ]))
        guard let certificate = security.certificate else {
            return { try await listener.run(http, onRunning: onRunning) }
        }
        let secure = try TLSChannel(
            http, tlsConfiguration: .server(certificateFile: certificate.chain, keyFile: certificate.key))
        return { try await listener.run(secure, onRunning: onRunning) }
    }
}
