internal import NIOCore
internal import NIOSSL
internal import NIOTLS

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Lets nothing of a client through before its certificate is accepted, and logs why a handshake failed.
///
/// The authority was verified by the handshake; the names are compared here. It must stand next to TLS.
final class ClientCertificateCheck: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let allowedNames: ClientNames?
    private let connections: Connections
    /// Whether the client may go on; nil while the handshake is under way.
    private var isAccepted: Bool?

    init(_ allowedNames: ClientNames?, _ connections: Connections) {
        self.allowedNames = allowedNames
        self.connections = connections
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            let isAllowed = isAllowed(context)
            isAccepted = isAllowed
            guard isAllowed else {
                connections.warn(
                    .refusedClient,
                    "a client's certificate has none of the names in client_allowed_sans; closed its connection")
                return context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func isAllowed(_ context: ChannelHandlerContext) -> Bool {
        guard let allowedNames else { return true }
        guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else { return false }
        return allowedNames.hasOne(of: certificate)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // More may have come in one piece with the end of the handshake.
        if isAccepted == true { context.fireChannelRead(data) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isAccepted == nil {
            connections.warn(.failedHandshake, "a TLS handshake failed: \(error); closed the connection")
        }
        context.fireErrorCaught(error)
    }
}

@available(*, unavailable)
extension ClientCertificateCheck: Sendable {}

/// The names of which a client's certificate must have one: DNS names, IP addresses, e-mail addresses, URIs.
struct ClientNames: Sendable {
    private let texts: Set<[UInt8]>
    private let addresses: Set<[UInt8]>

    init(_ names: [String]) {
        texts = Set(names.map { Array($0.utf8) })
        addresses = Set(names.compactMap(Self.address))
    }

    /// Whether a subject alternative name of `certificate` is one of them, letter by letter.
    func hasOne(of certificate: NIOSSLCertificate) -> Bool {
        // The library's only way to these names.
        certificate._subjectAlternativeNames().contains { name in
            switch name.nameType {
            case .dnsName, .email, .uri: texts.contains(Array(name.contents))
            case .ipAddress: addresses.contains(Array(name.contents))
            default: false
            }
        }
    }

    /// The bytes of an address; nil for another text.
    private static func address(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
