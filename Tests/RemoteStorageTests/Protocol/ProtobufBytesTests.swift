import PrometheusModel
import SwiftProtobuf
import TestSupport
import Testing

@testable import RemoteStorage

@Suite("Protobuf's wire format, byte by byte")
struct ProtobufBytesTests {
    @Test(
        "A varint has seven bits a byte, the lowest first, and its length is known before it is written",
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 1]), (150, [0x96, 1]), (16_383, [0xFF, 0x7F]),
            (16_384, [0x80, 0x80, 1]), (3_600_000, [0x80, 0xDD, 0xDB, 1]),
            (UInt64(Int64.max), [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
            (1 << 63, [UInt8](repeating: 0x80, count: 9) + [1]), (.max, [UInt8](repeating: 0xFF, count: 9) + [1]),
        ] as [(UInt64, [UInt8])])
    func varints(number: UInt64, expected: [UInt8]) {
        var bytes = ProtobufBytes()
        bytes.varint(number)
        #expect(bytes.bytes == expected)
        #expect(ProtobufBytes.length(varint: number) == expected.count)
        var memory = ProtobufBytes()
        memory.write(atMost: ProtobufBytes.longestVarint) { ProtobufBytes.write(varint: number, to: $0) }
        #expect(memory.bytes == expected)
    }

    @Test("The length of a varint is right on both sides of every power of two")
    func lengths() {
        for power in 0..<64 {
            let middle = UInt64(1) << UInt64(power)
            for number in [middle, middle - 1, middle + 1] {
                var bytes = ProtobufBytes()
                bytes.varint(number)
                #expect(bytes.bytes.count == ProtobufBytes.length(varint: number), "\(number)")
                #expect(bytes.bytes.count <= ProtobufBytes.longestVarint)
            }
        }
    }

    @Test("A field is its number and type, then its content")
    func fields() {
        var bytes = ProtobufBytes()
        bytes.varint(1, -1)
        #expect(bytes.bytes == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [1], "int64, not zig-zag")
        bytes.removeAll()
        bytes.string(2, "")
        #expect(bytes.bytes == [0x12, 0], "an empty text is written: in a table of symbols it has a number")
        bytes.removeAll(keepingCapacity: true)
        bytes.string(15, "a\0\u{E9}e\u{301}")
        #expect(bytes.bytes == [0x7A, 7, 0x61, 0, 0xC3, 0xA9, 0x65, 0xCC, 0x81])
        bytes.removeAll()
        bytes.message(4, [UInt8](repeating: 7, count: 300))
        #expect(bytes.bytes == [0x22, 0xAC, 0x02] + [UInt8](repeating: 7, count: 300))
    }

    @Test("Memory that nothing is written to, and room for nothing, add no byte")
    func nothing() {
        var bytes = ProtobufBytes()
        bytes.write(atMost: 0) { $0 + 1 }
        bytes.write(atMost: 100) { $0 }
        #expect(bytes.bytes.isEmpty)
    }

    @Test("Labels are messages of field 1 with name and value, whichever message has them")
    func labels() {
        var bytes = ProtobufBytes()
        bytes.labels([Label("a", "xy"), Label("b", "")])
        #expect(bytes.bytes == [0x0A, 7, 0x0A, 1, 0x61, 0x12, 2, 0x78, 0x79, 0x0A, 5, 0x0A, 1, 0x62, 0x12, 0])
    }

    @Test(
        "Any labels and samples are byte for byte what the library of protobuf writes",
        arguments: 0..<20 as Range<UInt64>)
    func library(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        func text() -> String {
            let alphabet: [Unicode.Scalar] = ["a", "_", "\0", "\"", "\\", "\n", "\u{E9}", "\u{301}", "\u{1F6D2}"]
            let count = Int.random(in: 1...200, using: &generator)
            return String(String.UnicodeScalarView((0..<count).map { _ in alphabet.randomElement(using: &generator)! }))
        }
        let labels = (0..<Int.random(in: 0...10, using: &generator)).map { _ in Label(text(), text()) }
        var encoder = TimeSeriesEncoder(labels: labels)
        var message = Prometheus_TimeSeries.with {
            $0.labels = labels.map { label in .with { ($0.name, $0.value) = (label.name, label.value) } }
        }
        for _ in 0..<Int.random(in: 0...300, using: &generator) {
            // Not zero: the library leaves that out, which means the same.
            let time = Int64.random(in: 1...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
            let value = Double(bitPattern: UInt64.random(in: 1...UInt64.max, using: &generator))
            let sign: Int64 = Bool.random(using: &generator) ? 1 : -1
            encoder.append(timeMilliseconds: max(time, 1) * sign, value: value)
            message.samples.append(.with { ($0.timestamp, $0.value) = (max(time, 1) * sign, value) })
        }
        let isSame = try encoder.bytes == message.serializedBytes() as [UInt8]
        #expect(isSame, "seed \(seed)")
        #expect(encoder.count == message.samples.count)
    }
}
