import TestSupport
import Testing

@testable import RemoteStorage

@Suite("Bits, and their checksum")
struct BitWriterTests {
    @Test(
        "Bits stand one after the other, the most significant first, whatever their number",
        arguments: 0..<20 as Range<UInt64>)
    func naive(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var writer = BitWriter(capacity: 0)
        var expected = ""
        for _ in 0..<400 {
            let count = Int.random(in: 0...64, using: &generator)
            let all = UInt64.random(in: 0...UInt64.max, using: &generator)
            let bits = count == 64 ? all : all & ((1 << UInt64(count)) - 1)
            writer.write(bits, UInt64(count))
            let digits = String(bits, radix: 2)
            if count > 0 { expected += String(repeating: "0", count: count - digits.count) + digits }
        }
        writer.finish()
        expected += String(repeating: "0", count: (8 - expected.count % 8) % 8)
        let found = writer.bytes.map { byte in
            let digits = String(byte, radix: 2)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
        #expect(found == expected, "seed \(seed)")
    }

    @Test("The end is filled with zeros, once")
    func finish() {
        var writer = BitWriter(capacity: 8)
        writer.finish()
        #expect(writer.bytes.isEmpty)
        writer.write(1, 1)
        writer.finish()
        writer.finish()
        #expect(writer.bytes == [0x80])
        writer.write(0xFF, 8)
        writer.finish()
        #expect(writer.bytes == [0x80, 0xFF])
    }

    @Test("Two bytes are replaced where they stand; after a new beginning nothing of the old is left")
    func overwrite() {
        var writer = BitWriter(capacity: 8)
        writer.write(0x0102_0304, 32)
        writer.overwrite(at: 1, 0xABCD)
        #expect(writer.bytes == [0x01, 0xAB, 0xCD, 0x04])
        writer.write(0b101, 3)
        writer.removeAll()
        writer.write(0x7F, 8)
        #expect(writer.bytes == [0x7F])
    }

    /// RFC 3720, B.4.
    @Test(
        "The checksum is that of iSCSI's examples",
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0...31), 0x46DD_794E), (Array((0...31).reversed()), 0x113F_DB5C),
        ] as [([UInt8], UInt32)])
    func examples(bytes: [UInt8], expected: UInt32) {
        #expect(Checksum.crc32c(bytes) == expected)
    }

    @Test("The checksum of any length is the one that is made bit by bit")
    func lengths() {
        var generator = SeededGenerator(3)
        for length in Array(0...70) + [1000, 4093] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let expected = ~bytes.reduce(UInt32.max) { crc, byte in
                (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            }
            #expect(Checksum.crc32c(bytes) == expected, "\(length) bytes")
        }
    }
}
