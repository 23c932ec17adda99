import Snappy
import Testing

@Suite struct SnappyTests {
    @Test(arguments: [0, 1, 59, 60, 61, 65_535, 65_536, 1_000_000])
    func `what is compressed comes back`(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let compressed = Snappy.compress(bytes)
        #expect(try Snappy.decompress(compressed, limit: length) == bytes)
        #expect(length < 1000 || compressed.count < length / 2)
    }

    /// A literal of five bytes: the length, a tag of (5 - 1) << 2, the bytes.
    @Test func `the block format is read and written`() throws {
        let block: [UInt8] = [5, 16] + Array("hello".utf8)
        #expect(Snappy.compress(Array("hello".utf8)) == block)
        #expect(try Snappy.decompress(block, limit: 5) == Array("hello".utf8))
    }

    @Test(arguments: [0, 1, 127, 128, 65_536, 300_000])
    func `parts that follow their length are one block`(size: Int) throws {
        let parts =
            (0..<4).map { part in (0..<size).map { UInt8(truncatingIfNeeded: $0 / 5 &* (part + 1)) } } + [[], [7]]
        let bytes = parts.flatMap { $0 }
        let block = Snappy.length(bytes.count) + parts.flatMap { Snappy.part($0) }
        #expect(try Snappy.decompress(block, limit: bytes.count) == bytes)
    }

    @Test func `a bomb is refused by what it claims`() {
        let bomb = Snappy.compress([UInt8](repeating: 0, count: 10_000_000))
        #expect(throws: Snappy.Failure.tooLarge(bytes: 10_000_000, limit: 1_000_000)) {
            try Snappy.decompress(bomb, limit: 1_000_000)
        }
    }

    @Test(arguments: [
        [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [5, 16, 0x68], [200, 1, 0xFE, 1, 2], Array("<html>".utf8),
    ])
    func `what is no snappy block is refused`(bytes: [UInt8]) {
        #expect(throws: Snappy.Failure.damaged) { try Snappy.decompress(bytes, limit: 1000) }
    }
}
