/// A chunk of samples as Prometheus' storage compresses them (Gorilla): times as differences of
/// differences, values as what has changed in their bits since the sample before.
///
/// Two bytes with the number of samples come first. The first sample is a zig-zag varint and 64 bits; the
/// second time is a varint of the difference.
struct XORChunk {
    /// Samples of a chunk, as many as Prometheus' storage puts into one.
    static let capacity = 120

    private var bits = BitWriter(capacity: 1024)
    private(set) var count = 0
    /// In milliseconds.
    private(set) var firstTime: Int64 = 0
    private(set) var lastTime: Int64 = 0
    private var lastDelta: UInt64 = 0
    private var lastValue: UInt64 = 0
    /// Zeros at both ends of the changed bits that were written in full last; nil before there were any.
    private var window: (leading: UInt64, trailing: UInt64)?

    init() { removeAll() }

    var isFull: Bool { count == Self.capacity }

    /// Appends a sample.
    /// - Parameter time: in milliseconds, after the last one. There must be room.
    mutating func append(_ time: Int64, _ value: Double) {
        let pattern = value.bitPattern
        switch count {
        case 0:
            firstTime = time
            varint(UInt64(bitPattern: time << 1 ^ time >> 63))
            bits.write(pattern, 64)
        case 1:
            lastDelta = UInt64(bitPattern: time &- lastTime)
            varint(lastDelta)
            write(change: pattern ^ lastValue)
        default:
            let delta = UInt64(bitPattern: time &- lastTime)
            write(deltaOfDelta: Int64(bitPattern: delta &- lastDelta))
            lastDelta = delta
            write(change: pattern ^ lastValue)
        }
        lastTime = time
        lastValue = pattern
        count += 1
    }

    /// The chunk's bytes, after which it is empty again.
    mutating func finish() -> [UInt8] {
        bits.finish()
        bits.overwrite(at: 0, UInt16(count))
        let bytes = bits.bytes
        removeAll()
        return bytes
    }

    private mutating func removeAll() {
        bits.removeAll()
        bits.write(0, 16)
        count = 0
        window = nil
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bits.write(rest & 0x7F | 0x80, 8)
            rest >>= 7
        }
        bits.write(rest, 8)
    }

    @inline(__always)
    private mutating func write(deltaOfDelta: Int64) {
        func fits(_ width: Int64) -> Bool {
            deltaOfDelta >= -((1 << (width - 1)) - 1) && deltaOfDelta <= 1 << (width - 1)
        }
        let pattern = UInt64(bitPattern: deltaOfDelta)
        if deltaOfDelta == 0 {
            bits.write(0, 1)
        } else if fits(14) {
            bits.write(0b10 << 14 | pattern & (1 << 14 - 1), 16)
        } else if fits(17) {
            bits.write(0b110 << 17 | pattern & (1 << 17 - 1), 20)
        } else if fits(20) {
            bits.write(0b1110 << 20 | pattern & (1 << 20 - 1), 24)
        } else {
            bits.write(0b1111, 4)
            bits.write(pattern, 64)
        }
    }

    @inline(__always)
    private mutating func write(change: UInt64) {
        guard change != 0 else { return bits.write(0, 1) }
        // Five bits hold the number of leading zeros.
        let leading = UInt64(min(change.leadingZeroBitCount, 31))
        let trailing = UInt64(change.trailingZeroBitCount)
        if let window, leading >= window.leading, trailing >= window.trailing {
            bits.write(0b10, 2)
            bits.write(change >> window.trailing, 64 - window.leading - window.trailing)
            return
        }
        window = (leading, trailing)
        let significant = 64 - leading - trailing
        // Six bits: 64 is written as 0.
        bits.write(0b11 << 11 | leading << 6 | significant & 63, 13)
        bits.write(change >> trailing, significant)
    }
}
