internal import UsageModel

/// The vendor's points, where almost every byte of a usage answer is written.
extension JSONBytes {
    /// Appends `{"t":1455451200000,"v":53863464},…`.
    mutating func usageNumbers(_ points: [Point]) {
        // A time and a value take at most 20 and 24 bytes, and 12 stand around them.
        write(atMost: points.count * 56) { out in
            var out = out
            for (position, point) in points.enumerated() {
                out = Self.head(point.time, isFirst: position == 0, to: out)
                out = Self.write(point.value, to: out)
                out[0] = UInt8(ascii: "}")
                out += 1
            }
            return out
        }
    }

    /// Appends `{"t":1455451200000,"v":{"c4-fr-1":35,"c4-fr-2":40}},…`, a bucket's keys together.
    ///
    /// A value without key, from a time when the statistic was a number, is written as one,
    /// unless the bucket has keys as well.
    /// - Parameters:
    ///   - points: for each key, ascending.
    ///   - keys: ascending, so that `""` is the first.
    mutating func usageMaps(_ points: [[Point]], keys: [ServerName]) {
        let labels = keys.map(Self.label)
        let size = zip(points, labels).reduce(0) { $0 + $1.0.count * (80 + $1.1.count) }
        var positions = points.map { _ in 0 }
        write(atMost: size) { out in
            var out = out
            var isFirst = true
            while let time = Self.earliest(points, positions) {
                out = Self.head(time, isFirst: isFirst, to: out)
                isFirst = false
                var number: PointValue?
                var isMap = false
                for key in points.indices where positions[key] < points[key].count {
                    let point = points[key][positions[key]]
                    guard point.time == time else { continue }
                    positions[key] += 1
                    guard !keys[key].isEmpty else {
                        number = point.value
                        continue
                    }
                    out[0] = isMap ? UInt8(ascii: ",") : UInt8(ascii: "{")
                    isMap = true
                    out = Self.copy(labels[key], to: out + 1)
                    out = Self.write(point.value, to: out)
                }
                if isMap {
                    out[0] = UInt8(ascii: "}")
                    out += 1
                } else if let number {
                    out = Self.write(number, to: out)
                }
                out[0] = UInt8(ascii: "}")
                out += 1
            }
            return out
        }
    }

    /// `"c4-fr-1":`.
    private static func label(_ key: ServerName) -> [UInt8] {
        var json = JSONBytes(capacity: key.text.utf8.count + 8)
        json.string(key)
        json.raw(":")
        return json.bytes
    }

    private static func earliest(_ points: [[Point]], _ positions: [Int]) -> UnixTime? {
        var earliest: UnixTime?
        for key in points.indices where positions[key] < points[key].count {
            let time = points[key][positions[key]].time
            earliest = min(earliest ?? time, time)
        }
        return earliest
    }

    /// `,{"t":1455451200000,"v":`, the first without its comma.
    @inline(__always)
    private static func head(
        _ time: UnixTime, isFirst: Bool, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = out
        if !isFirst {
            out[0] = UInt8(ascii: ",")
            out += 1
        }
        out = copy(#"{"t":"#, to: out)
        out = write(time * 1000, to: out)
        return copy(#","v":"#, to: out)
    }

    @inline(__always)
    private static func write(
        _ value: PointValue, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        switch value {
        case .integer(let integer): write(integer, to: out)
        case .real(let real): write(real, to: out)
        }
    }

    @inline(__always)
    private static func copy(_ text: StaticString, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        out.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return out + text.utf8CodeUnitCount
    }

    private static func copy(_ bytes: [UInt8], to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return out }
            out.update(from: start, count: bytes.count)
            return out + bytes.count
        }
    }
}
