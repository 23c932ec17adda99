internal import PrometheusModel

/// Writes protobuf's wire format byte by byte: an answer has millions of samples, and a generated message
/// for each would cost many times more than its bytes.
struct ProtobufBytes: Sendable {
    private(set) var bytes: [UInt8] = []

    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
    }

    /// The most bytes that a varint has.
    static let longestVarint = 10

    /// The byte before a field below 16.
    @inline(__always)
    static func tag(_ field: UInt8, _ type: WireType) -> UInt8 { field << 3 | type.rawValue }

    mutating func varint(_ field: UInt8, _ value: Int64) {
        bytes.append(Self.tag(field, .varint))
        varint(UInt64(bitPattern: value))
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func string(_ field: UInt8, _ text: String) {
        var text = text
        text.withUTF8 { message(field, $0) }
    }

    /// A message, or bytes, that are ready.
    mutating func message(_ field: UInt8, _ content: some Collection<UInt8>) {
        message(field, length: content.count)
        bytes.append(contentsOf: content)
    }

    /// The prefix of a message, or of bytes, of a known length.
    mutating func message(_ field: UInt8, length: Int) {
        bytes.append(Self.tag(field, .lengthDelimited))
        varint(UInt64(length))
    }

    mutating func append(_ content: some Collection<UInt8>) { bytes.append(contentsOf: content) }

    /// Appends what `body` writes into memory that is not initialised.
    /// - Parameters:
    ///   - capacity: the most bytes that it may write.
    ///   - body: is given where to begin, and returns the end.
    @inline(__always)
    mutating func write(
        atMost capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        bytes += [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard capacity > 0, let start = buffer.baseAddress else { return }
            count = body(start) - start
        }
    }

    /// Writes a varint and returns its end.
    @inline(__always)
    static func write(
        varint value: UInt64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = start
        var rest = value
        while rest >= 0x80 {
            out[0] = UInt8(truncatingIfNeeded: rest) | 0x80
            out += 1
            rest >>= 7
        }
        out[0] = UInt8(truncatingIfNeeded: rest)
        return out + 1
    }

    /// How many bytes a varint takes.
    @inline(__always)
    static func length(varint value: UInt64) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }

    /// Labels as messages of field 1: the form in which every message that has labels has them.
    mutating func labels(_ labels: [Label]) {
        for label in labels {
            var message = ProtobufBytes()
            message.string(1, label.name)
            message.string(2, label.value)
            self.message(1, message.bytes)
        }
    }

    mutating func removeAll(keepingCapacity: Bool = false) { bytes.removeAll(keepingCapacity: keepingCapacity) }
}
