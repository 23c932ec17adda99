/// One of several processes that share applications and indices among them.
///
/// Whose a scope is follows from its name alone, so processes need not know of
/// each other and keep what they have over restarts; another `count` redistributes them.
public struct Shard: Sendable, Hashable {
    /// From 1.
    public let number: Int
    public let count: Int

    /// Nil unless `number` is in `1 ... count`.
    public init?(_ number: Int, of count: Int) {
        guard count >= 1, (1...count).contains(number) else { return nil }
        self.number = number
        self.count = count
    }

    /// `2/3`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]) else { return nil }
        self.init(number, of: count)
    }

    /// Whether this process collects `scope`.
    public func owns(_ scope: Scope) -> Bool {
        Self.hash(scope) % UInt64(count) == UInt64(number - 1)
    }

    /// FNV-1a, with MurmurHash3's last step, because a small modulus looks at the low bits
    /// alone. Never to be changed: it would move series to other files.
    private static func hash(_ scope: Scope) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(scope.application)/\(scope.index)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
