/// Noise without state: a draw is a hash of what it is about, so the same
/// question gets the same answer in every process and in any order.
///
/// A name opens a stream once per series (`stream(_:)`); a draw within it is
/// one splitmix64 step, which is what makes generating answers quick.
struct Noise: Sendable {
    private let seed: UInt64

    init(seed: UInt64) {
        self.seed = Noise.scramble(seed)
    }

    /// The independent stream that belongs to `name` (FNV-1a over its UTF-8).
    func stream(_ name: String) -> Noise {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Noise(seed: hash)
    }

    /// 64 random bits at `position` of this stream.
    func bits(_ position: Int64) -> UInt64 {
        Noise.scramble(seed &+ UInt64(bitPattern: position) &* 0x9e37_79b9_7f4a_7c15)
    }

    /// A uniform number in 0 ..< 1 at `position` of this stream.
    func unit(_ position: Int64) -> Double {
        Double(bits(position) >> 11) * 0x1p-53
    }

    /// A whole number in 0 ..< `bound` at `position` of this stream.
    func below(_ bound: Int64, _ position: Int64) -> Int64 {
        Int64(unit(position) * Double(bound))
    }

    /// The finaliser of splitmix64.
    private static func scramble(_ input: UInt64) -> UInt64 {
        var bits = input &+ 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
