#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The hosts that are reached without a proxy, as `NO_PROXY` lists them.
///
/// An entry is a domain (`example.com`, with its subdomains), its subdomains alone (`.example.com`, `*.example.com`), an
/// IP address, a network (`10.0.0.0/8`), each but the network perhaps with `:port`, or `*` for every host. Entries that
/// are none of these match nothing. Names are not looked up, so an address in the list does not match a name.
public struct NoProxyList: Sendable, Hashable {
    private enum Entry: Sendable, Hashable {
        case all
        /// - Parameter name: in lower case, without a dot before it.
        case domain(name: String, isItself: Bool, port: Int?)
        case address(IPAddress, port: Int?)
        case network(IPAddress, prefix: Int)
    }

    private let entries: [Entry]

    /// - Parameter text: entries with commas or white space between them.
    public init(_ text: String) {
        entries = text.split { $0 == "," || $0.isWhitespace }.compactMap { Self.entry($0.lowercased()) }
    }

    /// Whether `host` is connected to directly. Loopback always is: `localhost`, 127.0.0.0/8 and ::1.
    public func contains(host: String, port: Int) -> Bool {
        let host = host.withoutBrackets.lowercased()
        guard host != "localhost" else { return true }
        let address = IPAddress(host)
        guard address?.isLoopback != true else { return true }
        return entries.contains { entry in
            switch entry {
            case .all: true
            case .address(let listed, let listedPort): address == listed && (listedPort ?? port) == port
            case .network(let network, let prefix): address?.isIn(network, prefix: prefix) ?? false
            // The zone of an IPv6 address may look like a domain.
            case .domain(let name, let isItself, let listedPort):
                address == nil && !host.contains(":") && (listedPort ?? port) == port
                    && (host.hasSuffix(".\(name)") || isItself && host == name)
            }
        }
    }

    private static func entry(_ text: String) -> Entry? {
        if text == "*" { return .all }
        if let slash = text.firstIndex(of: "/") {
            guard let network = IPAddress(String(text[..<slash])),
                let prefix = Int(text[text.index(after: slash)...]), (0...network.bits).contains(prefix)
            else { return nil }
            return .network(network, prefix: prefix)
        }
        if let address = IPAddress(text.withoutBrackets) { return .address(address, port: nil) }
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]) else { return nil }
            host = String(text[..<colon])
            port = Int(number)
        }
        if let address = IPAddress(host.withoutBrackets) { return .address(address, port: port) }
        if host.hasPrefix("*.") { host.removeFirst() }
        let isItself = !host.hasPrefix(".")
        if !isItself { host.removeFirst() }
        return host.isEmpty ? nil : .domain(name: host, isItself: isItself, port: port)
    }
}

/// An IPv4 or IPv6 address. An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`) is the IPv4 address.
private struct IPAddress: Sendable, Hashable {
    /// 4 or 16, the highest first.
    private let bytes: [UInt8]

    /// Nil when `text` is no address.
    init?(_ text: String) {
        var (old, new) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &old) == 1 {
            bytes = withUnsafeBytes(of: old) { Array($0) }
        } else if inet_pton(AF_INET6, text, &new) == 1 {
            let all = withUnsafeBytes(of: new) { Array($0) }
            let isMapped = all.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            bytes = isMapped ? Array(all.suffix(4)) : all
        } else {
            return nil
        }
    }

    var bits: Int { bytes.count * 8 }

    var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1] }

    /// Whether the first `prefix` bits are those of `network`.
    func isIn(_ network: IPAddress, prefix: Int) -> Bool {
        guard bytes.count == network.bytes.count else { return false }
        return zip(bytes, network.bytes).enumerated().allSatisfy { index, pair in
            let rest = min(max(prefix - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
            return pair.0 & mask == pair.1 & mask
        }
    }
}

extension String {
    /// The address in `[…]`, as URLs write IPv6.
    fileprivate var withoutBrackets: String { hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self }
}
