internal import CCrypt
private import Dispatch
private import Synchronization
package import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// Users and the hashes of their passwords.
///
/// bcrypt is slow on purpose. So it runs on one thread beside those that serve, only so many requests wait for
/// it, and each takes as long as the costliest hash, for known and unknown users alike.
package final class Passwords: Sendable {
    package enum Verdict: Sendable, Equatable {
        case right
        /// There is no user and password to check.
        case missing
        /// The first, or the last that is checked, of a client within a minute.
        case wrong(isFirst: Bool, isLast: Bool)
        /// The client gave too many wrong ones.
        case tooMany
        /// Too many requests wait for their password to be checked.
        case busy
    }

    /// Headers that may wait to be checked.
    package static let longestQueue = 16
    /// Wrong passwords that a client may give in ``period`` seconds.
    package static let mostFailures = 10
    fileprivate static let period = 60.0
    fileprivate static let mostClients = 10_000
    fileprivate static let mostAccepted = 1000

    fileprivate struct Failures {
        /// ``WallClock/monotonic``.
        var since: Double
        var count = 0
    }

    fileprivate struct State {
        /// Headers that were right before: a scraper sends the same one for ever.
        var accepted: Set<String> = []
        /// Requests that wait for a header to be checked.
        var waiting: [String: [CheckedContinuation<Bool?, Never>]] = [:]
        var failures: [String: Failures] = [:]
    }

    private let users: [String: String]
    /// The highest cost of all hashes.
    private let cost: Int
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "passwords")
    private let clock: any WallClock

    package init(_ users: [String: String], clock: any WallClock = SystemClock()) {
        self.users = users
        self.clock = clock
        cost = users.values.map(Self.cost).max() ?? 0
    }

    /// Checks an `Authorization` header that came from a client's address.
    package func check(_ header: String?, from client: String) async -> Verdict {
        guard let header, header.utf8.count < 4096 else { return .missing }
        if state.withLock({ $0.accepted.contains(header) }) { return .right }
        guard let (user, password) = Self.credentials(header) else { return .missing }
        guard state.withLock({ !$0.isRefusing(client, now: clock.monotonic) }) else { return .tooMany }
        switch await verify(user, password, header) {
        case nil: return .busy
        case true?: return .right
        case false?:
            let count = state.withLock { $0.noteFailure(client, now: clock.monotonic) }
            return .wrong(isFirst: count == 1, isLast: count == Self.mostFailures)
        }
    }

    /// Nil when too many wait already. Requests with the same header are checked once.
    private func verify(_ user: String, _ password: String, _ header: String) async -> Bool? {
        await withCheckedContinuation { continuation in
            enum Place { case first, further, none }
            let place = state.withLock { state -> Place in
                if state.waiting[header]?.append(continuation) != nil { return .further }
                guard state.waiting.count < Self.longestQueue else { return .none }
                state.waiting[header] = [continuation]
                return .first
            }
            switch place {
            case .further: break
            case .none: continuation.resume(returning: nil)
            case .first:
                queue.async { [self] in
                    let isRight = isRight(user, password)
                    let waiting = state.withLock { $0.finish(header, isRight) }
                    for continuation in waiting { continuation.resume(returning: isRight) }
                }
            }
        }
    }

    // MARK: Hashes

    /// Takes as long for every user, known or not, and every password.
    private func isRight(_ user: String, _ password: String) -> Bool {
        let hash = users[user]
        for cost in Self.padding(hash.map(Self.cost), highest: cost) {
            _ = Self.hash(password, like: Self.nobody(cost))
        }
        guard let hash else { return false }
        let computed = Array((Self.hash(password, like: hash) ?? "").utf8)
        let expected = Array(hash.utf8)
        guard computed.count == expected.count else { return false }
        // In constant time.
        return zip(computed, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The costs of hashes that make the work of one of `cost` (nil for none) as much as that of `highest`:
    /// 2^c + 2^c + 2^(c+1) + … + 2^(h-1) = 2^h.
    package static func padding(_ cost: Int?, highest: Int) -> [Int] {
        guard let cost else { return [highest] }
        return Array(cost..<max(cost, highest))
    }

    /// The salt of a password that no user has.
    private static func nobody(_ cost: Int) -> String {
        "$2y$\(cost < 10 ? "0" : "")\(cost)$abcdefghijklmnopqrstuu"
    }

    /// The number after `$2y$`.
    private static func cost(_ hash: String) -> Int { Int(hash.dropFirst(4).prefix(2)) ?? 0 }

    private static func hash(_ password: String, like setting: String) -> String? {
        // C would take what is before the first NUL for all of it.
        guard !password.utf8.contains(0) else { return nil }
        let state = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        defer { state.deallocate() }
        state.initialize(to: crypt_data())
        return crypt_r(password, setting, state).map { String(cString: $0) }
    }

    private static func credentials(_ header: String) -> (user: String, password: String)? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

extension Passwords.State {
    /// Whether `client` has given too many wrong passwords within the last minute.
    fileprivate mutating func isRefusing(_ client: String, now: Double) -> Bool {
        guard let known = failures[client] else { return false }
        guard now - known.since < Passwords.period else {
            failures[client] = nil
            return false
        }
        return known.count >= Passwords.mostFailures
    }

    /// - Returns: how many it were within the last minute.
    fileprivate mutating func noteFailure(_ client: String, now: Double) -> Int {
        if failures.count >= Passwords.mostClients {
            failures = failures.filter { now - $0.value.since < Passwords.period }
            // Too many clients at once to tell them apart.
            if failures.count >= Passwords.mostClients { failures.removeAll() }
        }
        var entry = failures[client] ?? .init(since: now)
        entry.count += 1
        failures[client] = entry
        return entry.count
    }

    fileprivate mutating func finish(_ header: String, _ isRight: Bool) -> [CheckedContinuation<Bool?, Never>] {
        if isRight {
            // A user may be written in few ways only; anything else is a client that plays.
            if accepted.count >= Passwords.mostAccepted { accepted.removeAll() }
            accepted.insert(header)
        }
        return waiting.removeValue(forKey: header) ?? []
    }
}
