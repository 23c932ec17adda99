/// Writes JSON byte by byte: answers have up to a million points.
public struct JSONBytes: Sendable {
    public private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: bytes to make room for.
    public init(capacity: Int = 4096) {
        bytes.reserveCapacity(capacity)
    }

    /// Appends JSON that is ready.
    public mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends what `other` has written.
    public mutating func append(_ other: JSONBytes) {
        bytes += other.bytes
    }

    /// Appends a string with its quotes, escaped.
    public mutating func string(_ text: some StringProtocol) { JSONText.append(String(text), to: &bytes) }

    /// Appends a name as a string.
    public mutating func string<Kind>(_ name: VendorName<Kind>) { string(name.text) }

    /// Appends a name, or `null` when it is empty.
    public mutating func stringOrNull<Kind>(_ name: VendorName<Kind>) { stringOrNull(name.text) }

    /// Appends a string, or `null` when it is empty.
    public mutating func stringOrNull(_ text: String) {
        if text.isEmpty { raw("null") } else { string(text) }
    }

    /// Appends a number, or `null` when JSON cannot write it.
    public mutating func number(_ number: Double) { self.number(PointValue(number)) }

    /// Appends a value, or `null` when JSON cannot write it.
    public mutating func number(_ value: PointValue) {
        switch value {
        case .integer(let integer): self.integer(integer)
        case .real(let real): bytes += (real.isFinite ? real.description : "null").utf8
        }
    }

    /// Appends an integer.
    public mutating func integer(_ integer: Int64) {
        bytes += integer.description.utf8
    }

    /// Appends bytes that are JSON already.
    public mutating func append(_ json: [UInt8]) { bytes += json }

    /// Appends `[milliseconds,value],…`, the form in which almost every byte of a range is written.
    public mutating func pairs(_ points: [Point]) {
        // A time and a value take at most 20 and 24 bytes, and 4 stand around them.
        write(atMost: points.count * 48) { start in
            var out = start
            for point in points {
                out[0] = UInt8(ascii: "[")
                out = Self.write(point.time, to: out + 1)
                if point.time != 0 {
                    // Milliseconds.
                    out[0] = UInt8(ascii: "0")
                    out[1] = UInt8(ascii: "0")
                    out[2] = UInt8(ascii: "0")
                    out += 3
                }
                out[0] = UInt8(ascii: ",")
                switch point.value {
                case .integer(let integer): out = Self.write(integer, to: out + 1)
                case .real(let real): out = Self.write(real, to: out + 1)
                }
                out[0] = UInt8(ascii: "]")
                out[1] = UInt8(ascii: ",")
                out += 2
            }
            return out == start ? start : out - 1
        }
    }

    /// Appends what `body` writes into memory that is not initialised.
    /// - Parameters:
    ///   - capacity: the most bytes that it may write.
    ///   - body: is given where to begin, and returns the end.
    @inline(__always)
    public mutating func write(
        atMost capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        bytes += [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard capacity > 0, let start = buffer.baseAddress else { return }
            count = body(start) - start
        }
    }

    /// Writes the digits of `integer`, at most 20 bytes.
    /// - Returns: the end.
    @inlinable @inline(__always)
    public static func write(_ integer: Int64, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var out = out
        if integer < 0 {
            out[0] = UInt8(ascii: "-")
            out += 1
        }
        var rest = integer.magnitude
        // Most are times, of ten digits, or counts of a few.
        var (digits, bound): (Int, UInt64) = rest >= 1_000_000_000 ? (10, 10_000_000_000) : (1, 10)
        while digits < 19, rest >= bound {
            digits += 1
            bound &*= 10
        }
        // Two digits for each division, which takes longer than all else here.
        let pairs: StaticString =
            """
            00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051\
            525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
            """
        var end = out + digits
        while rest >= 10 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 100)
            let pair = pairs.utf8Start + Int(truncatingIfNeeded: remainder &* 2)
            end -= 2
            end[0] = pair[0]
            end[1] = pair[1]
            rest = quotient
        }
        // An odd first digit; of "0", the only one.
        if end > out { out[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest) }
        return out + digits
    }

    /// A number that JSON cannot write (sums of huge numbers are infinite) is `null`.
    public static func write(_ real: Double, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var text = real.isFinite ? real.description : "null"
        return text.withUTF8 { utf8 in
            out.update(from: utf8.baseAddress.unsafelyUnwrapped, count: utf8.count)
            return out + utf8.count
        }
    }
}
