/// CRC-32 with Castagnoli's polynomial, as the frames of a streamed answer carry it.
enum Checksum {
    /// Eight tables, so that eight bytes are taken at once: `tables[256 * n + b]` is byte `b` with `n` zeros after it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82F6_3B78
            }
            tables[byte] = remainder
        }
        for position in 256..<tables.count {
            let previous = tables[position - 256]
            tables[position] = previous >> 8 ^ tables[Int(previous & 0xFF)]
        }
        return tables
    }()

    static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            bytes.withUnsafeBytes { bytes in
                var crc = UInt32.max
                var position = 0
                while position + 8 <= bytes.count {
                    let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian ^ UInt64(crc)
                    crc = 0
                    for byte in 0..<8 {
                        crc ^= tables[256 * (7 - byte) + Int(truncatingIfNeeded: word >> (8 * UInt64(byte)) & 0xFF)]
                    }
                    position += 8
                }
                while position < bytes.count {
                    crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[position])]
                    position += 1
                }
                return ~crc
            }
        }
    }
}
