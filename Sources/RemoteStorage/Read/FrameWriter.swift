internal import PrometheusModel
internal import UsageModel

/// Writes the frames of a streamed answer: the length of a `ChunkedReadResponse` as a varint, its
/// checksum, the message. A frame has chunks of one series; a long series has several frames.
struct FrameWriter: Sendable {
    /// The most bytes of a message, as Prometheus' own `remote-read-max-bytes-in-frame`.
    static let messageLimit = 1 << 20
    /// Bytes that a message has beside labels and chunks, at most.
    private static let overhead = 64

    /// Frames that are ready.
    private(set) var bytes: [UInt8] = []
    /// The number of the query in its request, whose series are written.
    var query = 0
    private let messageLimit: Int
    private var labels: [UInt8] = []
    private var chunks = ProtobufBytes()
    private var chunk = XORChunk()

    init(messageLimit: Int = Self.messageLimit) { self.messageLimit = messageLimit }

    /// Begins a series; the one before must have been ended.
    mutating func begin(_ series: MetricSeries) {
        var labels = ProtobufBytes()
        labels.labels(series.labels)
        self.labels = labels.bytes
    }

    mutating func append(_ points: ArraySlice<Point>, of series: MetricSeries) {
        for point in points {
            chunk.append(series.time(point) * 1000, series.double(point))
            if chunk.isFull { endChunk() }
        }
    }

    /// Ends the series. One without samples has no frame.
    mutating func end() {
        if chunk.count > 0 { endChunk() }
        writeFrame()
    }

    /// Hands over the frames that are ready.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// A `Chunk`: its times, 1 for XOR, its data.
    private mutating func endChunk() {
        var message = ProtobufBytes()
        message.varint(1, chunk.firstTime)
        message.varint(2, chunk.lastTime)
        message.varint(3, 1)
        message.message(4, chunk.finish())
        if labels.count + chunks.bytes.count + message.bytes.count + Self.overhead > messageLimit { writeFrame() }
        chunks.message(2, message.bytes)
    }

    private mutating func writeFrame() {
        guard !chunks.bytes.isEmpty else { return }
        var message = ProtobufBytes()
        message.message(1, length: labels.count + chunks.bytes.count)
        message.append(labels)
        message.append(chunks.bytes)
        message.varint(2, Int64(query))
        chunks.removeAll(keepingCapacity: true)
        var frame = ProtobufBytes()
        frame.varint(UInt64(message.bytes.count))
        bytes += frame.bytes
        withUnsafeBytes(of: Checksum.crc32c(message.bytes).bigEndian) { bytes += $0 }
        bytes += message.bytes
    }
}
