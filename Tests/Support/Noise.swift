/// Noise that is the same in every run: uniform in -1 ... 1.
public func noise(_ day: Int, seed: UInt64 = 1) -> Double {
    var state = (UInt64(bitPattern: Int64(day)) &+ seed &* 1_000_003) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 31
    state = state &* 0xBF58_476D_1CE4_E5B9
    state ^= state >> 27
    return Double(state >> 11) / Double(1 << 52) - 1
}
