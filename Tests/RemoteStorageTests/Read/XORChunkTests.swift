import TestSupport
import Testing

@testable import RemoteStorage

@Suite("Chunks, compressed as Prometheus' storage does")
struct XORChunkTests {
    private typealias Sample = XORChunkDecoder.Sample

    private func encode(_ samples: [Sample]) -> [UInt8] {
        var chunk = XORChunk()
        for sample in samples { chunk.append(sample.time, sample.value) }
        return chunk.finish()
    }

    private func expectRoundTrip(_ samples: [Sample], sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try XORChunkDecoder.decode(encode(samples)) == samples, sourceLocation: sourceLocation)
    }

    /// Written out by hand from the format.
    @Test("Bits are where the format has them")
    func bits() {
        // 1 sample at 1 ms: zig-zag 2, the bits of 1.0.
        #expect(encode([Sample(1, 1)]) == [0, 1, 2, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
        // The second 300 ms later with the same value: varint 0xAC 0x02, a 0 bit.
        #expect(
            encode([Sample(1, 1), Sample(301, 1)]) == [0, 2, 2, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xAC, 0x02, 0])
        // From 1.0 to 2.0, 0x3FF0 ^ 0x4000 = 0x7FF0…: 1 leading zero, 11 significant bits, so
        // 1 1 00001 001011 11111111111; the third is as far away and the same: 0 0.
        #expect(
            encode([Sample(0, 1), Sample(1, 2), Sample(2, 2)])
                == [0, 3, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 1, 0b1100_0010, 0b0101_1111, 0b1111_1111, 0b0000_0000])
    }

    @Test("Regular times with values of every kind come back bit by bit")
    func values() throws {
        let hour: Int64 = 3_600_000
        let values: [[Double]] = [
            [0], [53_863_464], Array(repeating: 7, count: 120), Array(repeating: 0, count: 2),
            (0..<120).map { Double($0 * $0) }, (0..<120).map { -Double($0) / 7 },
            [1e300, -1e300, 1e-300, -0.0, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity],
            [0, -0.0, 0, Double(bitPattern: 1), Double(bitPattern: 1 << 63 | 1), Double(bitPattern: 2)],
            (0..<119).map { $0 % 2 == 0 ? 0.1 : 0.2 }, [9_007_199_254_740_994, 9_007_199_254_740_991],
        ]
        for values in values {
            try expectRoundTrip(
                values.enumerated().map { Sample(1_784_077_200_000 + Int64($0) * hour, $1) })
        }
    }

    @Test("A difference of differences at the edge of each bucket comes back, and takes the bits of its bucket")
    func times() throws {
        let sizes = [(14, 16, 20), (17, 20, 24), (20, 24, 68)]
        for (width, size, nextSize) in sizes {
            let edges: [Int64] = [1 << (width - 1), -(1 << (width - 1) - 1)]
            for (edge, beyond) in edges.map({ ($0, $0 + $0.signum()) }) {
                func samples(_ difference: Int64) -> [Sample] {
                    [Sample(0, 1), Sample(2_000_000, 1), Sample(4_000_000 + difference, 1)]
                }
                try expectRoundTrip(samples(edge))
                try expectRoundTrip(samples(beyond))
                // 2 bytes, 1, 8 and 3 bytes of varint, a bit for each of two values.
                #expect(encode(samples(edge)).count == 14 + (2 + size + 7) / 8)
                #expect(encode(samples(beyond)).count == 14 + (2 + nextSize + 7) / 8)
            }
        }
        try expectRoundTrip([Sample(-5, 1), Sample(0, 2), Sample(1, 3), Sample(1 << 60, 4), Sample(1 << 61, 5)])
    }

    @Test("Irregular times and random values of any bits come back")
    func random() throws {
        var generator = SeededGenerator(42)
        for _ in 0..<300 {
            var time = Int64.random(in: -2_000_000_000_000...2_000_000_000_000, using: &generator)
            let samples = (0..<Int.random(in: 1...120, using: &generator)).map { _ in
                time += 1 << Int64.random(in: 0...40, using: &generator)
                let bits = UInt64.random(in: 0...UInt64.max, using: &generator)
                return Sample(time, Double(bitPattern: bits >> UInt64.random(in: 0...63, using: &generator)))
            }
            try expectRoundTrip(samples)
        }
    }

    @Test("It is full at 120 samples, knows its times, and begins again once it is finished")
    func full() throws {
        var chunk = XORChunk()
        var chunks: [[UInt8]] = []
        for number in 0..<300 {
            chunk.append(Int64(number) * 60_000, Double(number))
            guard chunk.isFull else { continue }
            #expect(chunk.firstTime == Int64(number - 119) * 60_000 && chunk.lastTime == Int64(number) * 60_000)
            chunks.append(chunk.finish())
        }
        #expect(chunk.count == 60)
        chunks.append(chunk.finish())
        #expect(try chunks.map { try XORChunkDecoder.decode($0).count } == [120, 120, 60])
        #expect(try chunks.flatMap(XORChunkDecoder.decode).map(\.value) == (0..<300).map(Double.init))
    }

    @Test(
        "The checksum is CRC-32 with Castagnoli's polynomial",
        arguments: [
            ("", 0 as UInt32), ("a", 0xC1D0_4330), ("123456789", 0xE306_9283),
            ("The quick brown fox jumps over the lazy dog", 0x2262_0404),
        ])
    func checksum(text: String, expected: UInt32) {
        #expect(Checksum.crc32c(Array(text.utf8)) == expected)
    }
}
