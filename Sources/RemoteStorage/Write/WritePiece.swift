internal import Transport
internal import History
internal import PrometheusModel
internal import Snappy
internal import UsageModel

/// Samples that go into one request.
struct WritePiece {
    /// Some samples of one series.
    struct Series {
        let series: MetricSeries
        /// Ascending, at least one.
        var points: ArraySlice<Point>
    }

    var series: [Series]

    var count: Int { series.reduce(0) { $0 + $1.points.count } }

    /// The piece that a batch becomes.
    /// - Parameters:
    ///   - oldest: older samples are left out.
    ///   - labels: those that are added to each application's metrics.
    /// - Returns: the samples, and how many were too old.
    static func of(
        _ batch: OutgoingBatch, notBefore oldest: UnixTime, labels: ApplicationLabels
    ) -> (piece: WritePiece, tooOld: Int) {
        var tooOld = 0
        var piece = WritePiece(series: [])
        piece.series.reserveCapacity(batch.parts.count)
        for part in batch.parts where !part.points.isEmpty {
            for series in MetricSeries.all(part.series.key, part.granularity, labels: labels) {
                let first = part.points.firstIndex { series.time($0) >= oldest } ?? part.points.endIndex
                tooOld += first
                if first < part.points.endIndex {
                    piece.series.append(Series(series: series, points: part.points[first...]))
                }
            }
        }
        return (piece, tooOld)
    }

    /// Both halves: of its series, or, of a single one, of its time. Nil for a single sample.
    var halves: (WritePiece, WritePiece)? {
        if series.count > 1 {
            let middle = series.count / 2
            return (WritePiece(series: Array(series[..<middle])), WritePiece(series: Array(series[middle...])))
        }
        guard let only = series.first, only.points.count > 1 else { return nil }
        let middle = only.points.startIndex + only.points.count / 2
        return (
            WritePiece(series: [Series(series: only.series, points: only.points[..<middle])]),
            WritePiece(series: [Series(series: only.series, points: only.points[middle...])])
        )
    }
}

extension WritePiece {
    /// The request's body, compressed.
    func body(_ message: RemoteWriteMessage) -> [UInt8] {
        Snappy.compress(message == .version1 ? version1 : version2)
    }

    /// A `WriteRequest`. It has no metadata: receivers of 1.0 that keep it want it again every minute.
    private var version1: [UInt8] {
        var request: [UInt8] = []
        request.reserveCapacity(count * 24 + series.count * 256)
        for one in series {
            var message = TimeSeriesEncoder(labels: one.series.labels)
            message.append(one.points, of: one.series)
            message.write(to: &request)
        }
        return request
    }

    /// A `Request` of 2.0: texts once, in a table that may only be read after them.
    private var version2: [UInt8] {
        var symbols = SymbolTable()
        var list = ProtobufBytes()
        for one in series {
            var references = ProtobufBytes()
            for label in one.series.labels {
                references.varint(symbols.reference(label.name))
                references.varint(symbols.reference(label.value))
            }
            var metadata = ProtobufBytes()
            metadata.varint(1, 2)  // a gauge
            metadata.varint(3, Int64(symbols.reference(one.series.help)))
            metadata.varint(4, Int64(symbols.reference(MetricName.unit(of: one.series.metric))))
            var samples = TimeSeriesEncoder(labels: [])
            samples.append(one.points, of: one.series)
            var message = ProtobufBytes()
            message.message(1, references.bytes)
            message.append(samples.bytes)
            message.message(5, metadata.bytes)
            list.message(5, message.bytes)
        }
        var request = ProtobufBytes()
        for symbol in symbols.symbols { request.string(4, symbol) }
        request.append(list.bytes)
        return request.bytes
    }
}

/// The texts of a request, each once; the first is empty.
private struct SymbolTable {
    private(set) var symbols = [""]
    private var references: [ExactText: UInt64] = [ExactText(""): 0]

    mutating func reference(_ text: String) -> UInt64 {
        if let known = references[ExactText(text)] { return known }
        let new = UInt64(symbols.count)
        references[ExactText(text)] = new
        symbols.append(text)
        return new
    }
}
