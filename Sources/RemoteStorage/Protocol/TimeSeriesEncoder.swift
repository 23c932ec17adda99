package import PrometheusModel
package import UsageModel

/// The content of one `TimeSeries` message, which remote read answers and remote write 1.0 sends.
package struct TimeSeriesEncoder: Sendable {
    private var content = ProtobufBytes()
    /// How many samples were appended.
    package private(set) var count = 0

    /// The most bytes of a sample: three tags, its length, a value and a time.
    private static let longestSample = 12 + ProtobufBytes.longestVarint

    /// - Parameter labels: ascending, the metric's name among them.
    package init(labels: [Label]) {
        content.labels(labels)
    }

    /// The message without its tag and length.
    package var bytes: [UInt8] { content.bytes }

    /// Appends one sample. They must be ascending.
    package mutating func append(timeMilliseconds: Int64, value: Double) {
        content.write(atMost: Self.longestSample) { Self.write(timeMilliseconds, value, to: $0) }
        count += 1
    }

    /// Appends points as the samples that they are for `series`.
    package mutating func append(_ points: ArraySlice<Point>, of series: MetricSeries) {
        content.write(atMost: points.count * Self.longestSample) { start in
            points.withUnsafeBufferPointer { points in
                var out = start
                for point in points {
                    out = Self.write(series.time(point) * 1000, series.double(point), to: out)
                }
                return out
            }
        }
        count += points.count
    }

    /// Appends the message to a list that is field 1, as it is in a `QueryResult` and in a `WriteRequest`.
    package func write(to list: inout [UInt8]) {
        var head = ProtobufBytes()
        head.message(1, length: content.bytes.count)
        list += head.bytes
        list += content.bytes
    }

    /// Field 2: a `Sample`, whose field 1 is the value and field 2 the time.
    @inline(__always)
    private static func write(
        _ time: Int64, _ value: Double, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let time = UInt64(bitPattern: time)
        out[0] = ProtobufBytes.tag(2, .lengthDelimited)
        out[1] = UInt8(truncatingIfNeeded: 10 + ProtobufBytes.length(varint: time))
        out[2] = ProtobufBytes.tag(1, .fixed64)
        UnsafeMutableRawPointer(out + 3).storeBytes(of: value.bitPattern.littleEndian, as: UInt64.self)
        out[11] = ProtobufBytes.tag(2, .varint)
        return ProtobufBytes.write(varint: time, to: out + 12)
    }
}
