internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import UsageModel

/// Certificate, passwords and headers as they are in force.
struct Protection: Sendable {
    let security: WebSecurity
    /// Nil for plain HTTP.
    let tls: ServerTLS?
    /// Nil when none is needed.
    let passwords: Passwords?

    /// - Parameter previous: what was in force before; passwords that it knows need not be checked again.
    /// - Throws: `TLSFileError`.
    init(_ security: WebSecurity, after previous: Protection? = nil) throws {
        self.security = security
        tls = try security.certificate.map { try ServerTLS($0, security.handshake) }
        if let previous, previous.security.users == security.users {
            passwords = previous.passwords
        } else {
            passwords = security.users.isEmpty ? nil : Passwords(security.users)
        }
    }
}

/// Connections that begin with what is in force when they are opened.
struct ProtectedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let keeper: ProtectionKeeper
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        guard let tls = keeper.current.tls else { return base.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers(tls.handlers(connections))
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
