internal import HummingbirdCore
internal import Logging
internal import NIOCore
private import NIOHTTP2
internal import UsageModel

/// Certificate, passwords and headers as they are in force.
struct Protection: Sendable {
    let security: WebSecurity
    /// Nil for plain HTTP.
    let tls: ServerTLS?
    /// Nil when none is needed.
    let passwords: Passwords?

    /// - Parameters:
    ///   - clock: measures the minute in which wrong passwords are counted.
    ///   - previous: what was in force before; passwords that it knows need not be checked again.
    /// - Throws: `TLSFileError`.
    init(_ security: WebSecurity, clock: any WallClock, after previous: Protection? = nil) throws {
        self.security = security
        tls = try security.certificate.map { try ServerTLS($0, security.handshake, http2: security.http2) }
        if let previous, previous.security.users == security.users {
            passwords = previous.passwords
        } else {
            passwords = security.users.isEmpty ? nil : Passwords(security.users, clock: clock)
        }
    }
}

/// Connections that begin with what is in force when they are opened: HTTP/1.1, or over TLS what both sides agree on.
struct ProtectedChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        fileprivate let agreed: EventLoopFuture<NIONegotiatedHTTPVersion<HTTP1Channel.Value, HTTP2Channel.Value>>
    }

    let http1: HTTP1Channel
    let http2: HTTP2Channel
    let keeper: ProtectionKeeper
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard let tls = keeper.current.tls else {
            let http1 = http1.setup(channel: channel, logger: logger)
            return http1.map { Value(channel: channel, agreed: channel.eventLoop.makeSucceededFuture(.http1_1($0))) }
        }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers(tls.handlers(connections) + [HandshakeHandler(connections)])
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade(
                http1ConnectionInitializer: { [http1] channel in
                    Self.endHandshake(channel).flatMap { http1.setup(channel: channel, logger: logger) }
                },
                http2ConnectionInitializer: { [http2] channel in
                    Self.endHandshake(channel).flatMap { http2.setup(channel: channel, logger: logger) }
                })
        }.map { Value(channel: channel, agreed: $0) }
    }

    private static func endHandshake(_ channel: any Channel) -> EventLoopFuture<Void> {
        do {
            let pipeline = channel.pipeline.syncOperations
            return pipeline.removeHandler(try pipeline.handler(type: HandshakeHandler.self))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: Value, logger: Logger) async {
        // Nothing is agreed on when the handshake fails.
        switch try? await value.agreed.get() {
        case .http1_1(let connection)?: await http1.handle(value: connection, logger: logger)
        case .http2(let connection)?: await http2.handle(value: connection, logger: logger)
        case nil: break
        }
    }
}
