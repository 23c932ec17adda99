internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Basic authentication (RFC 7617) against bcrypt hashes.
///
/// Only liveness is open: those who probe it seldom have a password, and it says nothing.
struct BasicAuthentication<Context: RemoteAddressRequestContext>: RouterMiddleware {
    /// Those in force; nil when none is needed.
    let passwords: @Sendable () -> Passwords?
    let rejections: Rejections

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if !HealthRoutes.alive.contains(request.uri.path) { try await check(request, context) }
        return try await next(request, context)
    }

    /// - Throws: ``Problem`` unless the request has a password that is right, or none is needed.
    func check(_ request: Request, _ context: some RemoteAddressRequestContext) async throws {
        guard let passwords = passwords() else { return }
        let client = context.remoteAddress?.ipAddress ?? "unknown"
        switch await passwords.check(request.headers[.authorization], from: client) {
        case .right: return
        case .missing: throw Self.unauthorized
        case .wrong(let isFirst, let isLast):
            if isFirst || isLast {
                let consequence = isLast ? "; refusing passwords from there for a minute" : ""
                context.logger.warning("wrong user or password\(consequence)", metadata: ["client": "\(client)"])
            }
            throw Self.unauthorized
        case .tooMany:
            rejections.count(.password)
            throw Problem(
                status: .tooManyRequests, detail: "too many wrong passwords from this address; try again in a minute",
                headers: [.retryAfter: "60"])
        case .busy:
            rejections.count(.password)
            throw Problem(
                status: .serviceUnavailable, detail: "too many passwords are being checked; try again",
                headers: [.retryAfter: "5"])
        }
    }

    private static var unauthorized: Problem {
        Problem(
            status: .unauthorized, detail: "a user and a password are required", accepted: "HTTP basic authentication",
            headers: [.wwwAuthenticate: #"Basic realm="algolia-exporter", charset="UTF-8""#])
    }
}
