internal import CCrypt
internal import HTTPTypes
internal import Hummingbird
private import Synchronization

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// Basic authentication (RFC 7617) against bcrypt hashes.
///
/// Liveness and readiness are open: those who probe them seldom have a password.
struct BasicAuthentication<Context: RequestContext>: RouterMiddleware {
    private static var open: Set<String> { ["/health", "/-/healthy", "/ready", "/-/ready"] }

    private let passwords: Passwords

    init(_ users: [String: String]) {
        passwords = Passwords(users)
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if Self.open.contains(request.uri.path) || passwords.accept(request.headers[.authorization]) {
            return try await next(request, context)
        }
        throw Problem(
            status: .unauthorized, detail: "a user and a password are required", accepted: "HTTP basic authentication",
            headers: [.wwwAuthenticate: #"Basic realm="algolia-exporter", charset="UTF-8""#])
    }
}

/// Users and the hashes of their passwords.
final class Passwords: Sendable {
    /// A hash of a password that nobody has: an unknown user takes as long as a known one.
    private static let nobody = "$2y$10$abcdefghijklmnopqrstuuYuzbb/XBPxEGe7x3DpBDUz8mlLpKg6O"

    private let users: [String: String]
    /// Headers that were right before. bcrypt is slow on purpose, and a scraper sends the same one for ever.
    private let accepted = Mutex<Set<String>>([])

    init(_ users: [String: String]) {
        self.users = users
    }

    /// Whether an `Authorization` header names a user and the user's password.
    func accept(_ header: String?) -> Bool {
        guard let header, header.count < 4096 else { return false }
        if accepted.withLock({ $0.contains(header) }) { return true }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return false }
        let user = String(text[..<colon])
        let isRight = Self.verify(String(text[text.index(after: colon)...]), users[user] ?? Self.nobody)
        guard isRight, users[user] != nil else { return false }
        accepted.withLock { accepted in
            // A user may be written in few ways only; anything else is a client that plays.
            if accepted.count > 1000 { accepted.removeAll() }
            _ = accepted.insert(header)
        }
        return true
    }

    private static func verify(_ password: String, _ hash: String) -> Bool {
        guard !password.utf8.contains(0) else { return false }
        let state = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { state.deallocate() }
        state.initialize(to: crypt_data())
        guard let result = crypt_r(password, hash, state) else { return false }
        let computed = Array(String(cString: result).utf8)
        let expected = Array(hash.utf8)
        guard computed.count == expected.count else { return false }
        // In constant time.
        return zip(computed, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
