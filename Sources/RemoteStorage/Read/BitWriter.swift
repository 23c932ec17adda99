/// Writes bits, the most significant first.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    /// Bits that do not fill a byte yet, in the lowest places.
    private var pending: UInt64 = 0
    /// How many there are; fewer than 8 between calls.
    private var pendingCount: UInt64 = 0

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Appends the lowest `count` bits of `bits`; the others must be 0.
    @inline(__always)
    mutating func write(_ bits: UInt64, _ count: UInt64) {
        if count > 56 {
            write(atMost56: bits >> 32, count - 32)
            write(atMost56: bits & 0xFFFF_FFFF, 32)
        } else {
            write(atMost56: bits, count)
        }
    }

    @inline(__always)
    private mutating func write(atMost56 bits: UInt64, _ count: UInt64) {
        pending = pending << count | bits
        pendingCount += count
        while pendingCount >= 8 {
            pendingCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: pending >> pendingCount))
        }
    }

    /// Fills the last byte with zeros.
    mutating func finish() {
        guard pendingCount > 0 else { return }
        write(0, 8 - pendingCount)
    }

    /// Replaces two bytes by a number, the most significant byte first.
    mutating func overwrite(at position: Int, _ number: UInt16) {
        bytes[position] = UInt8(number >> 8)
        bytes[position + 1] = UInt8(truncatingIfNeeded: number)
    }

    /// Begins again, with the memory that it has.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        pending = 0
        pendingCount = 0
    }
}
