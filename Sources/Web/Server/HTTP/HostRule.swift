internal import HTTPTypes
internal import UsageModel

/// The host names that a server on a loopback address accepts.
///
/// A page from elsewhere can make its own name mean 127.0.0.1 (DNS rebinding), and then read what is served there as if
/// it were its own. Its requests still carry that name in `Host`.
struct HostRule: Sendable {
    /// The names to listen on and to be asked for, as configured.
    private let names: [String]

    /// Nil where others can reach an address anyway, where none is a loopback one, and where a password is required.
    /// - Parameters:
    ///   - externalHost: the host of `--web.external-url`, which a proxy may pass on.
    ///   - hasUsers: whether a password is required, which such a page does not have.
    init?(listeningOn addresses: [ListenAddress], externalHost: String?, hasUsers: Bool) {
        guard !hasUsers else { return nil }
        var names: [String] = []
        for address in addresses {
            switch address {
            case .unix: continue
            case .tcp(let host, _):
                guard Self.isLoopback(host.lowercased()) else { return nil }
                names.append(host.lowercased())
            case .descriptor(let number):
                switch ListeningSocket.reach(of: number) {
                case .fileSystem: continue
                case .loopback: names.append("localhost")
                case .others: return nil
                }
            }
        }
        guard !names.isEmpty else { return nil }
        self.names = names + (externalHost.map { [$0] } ?? [])
    }

    /// - Parameter authority: the `Host` header; nil in HTTP/1.0 without one.
    /// - Throws: ``Problem`` 421.
    func check(_ authority: String?) throws {
        guard let authority, !authority.isEmpty else { return }
        let host = Self.withoutPort(authority.lowercased())
        if names.contains(host) || Self.isLoopback(host) || Self.isAddress(host) { return }
        throw Problem(
            status: .misdirectedRequest, detail: "this server listens on a loopback address and is not \"\(host)\"",
            parameter: "Host", accepted: "localhost, an IP address, or \(Set(names).sorted().joined(separator: ", "))")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
            || (host.hasPrefix("127.") && isAddress(host))
    }

    /// Whether it is an address and no name: that cannot be made to mean another one.
    private static func isAddress(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        if numbers.count == 4, numbers.allSatisfy({ UInt8($0) != nil }) { return true }
        return host.contains(":") && host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" }
    }

    /// `host`, `host:port` or `[address]:port`, without a dot at the end.
    private static func withoutPort(_ authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        let host = authority.prefix { $0 != ":" }
        return String(host.hasSuffix(".") ? host.dropLast() : host)
    }
}
