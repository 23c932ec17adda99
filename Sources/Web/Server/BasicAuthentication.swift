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

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let passwords = passwords(), !HealthRoutes.alive.contains(request.uri.path) else {
            return try await next(request, context)
        }
        let client = context.remoteAddress?.ipAddress ?? "unknown"
        switch await passwords.check(request.headers[.authorization], from: client) {
        case .right: return try await next(request, context)
        case .missing: throw Self.unauthorized
        case .wrong(let isFirst, let isLast):
            if isFirst || isLast {
                let consequence = isLast ? "; refusing passwords from there for a minute" : ""
                context.logger.warning("wrong user or password\(consequence)", metadata: ["client": "\(client)"])
            }
            throw Self.unauthorized
        case .tooMany:
            throw Problem(
                status: .tooManyRequests, detail: "too many wrong passwords from this address; try again in a minute",
                headers: [.retryAfter: "60"])
        case .busy:
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
