import Transport
import PrometheusModel
import Snappy
import SwiftProtobuf
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("The body of a remote write request")
struct WritePieceTests {
    private func series(_ key: SeriesKey) throws -> MetricSeries {
        try #require(MetricSeries.all(key, .hourly).first)
    }

    private func body(_ piece: WritePiece, _ message: RemoteWriteMessage) throws -> [UInt8] {
        try Snappy.decompress(piece.body(message), limit: 1 << 24)
    }

    private func text(_ field: UInt8, _ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let length =
            bytes.count < 0x80 ? [UInt8(bytes.count)] : [UInt8(bytes.count & 0x7F | 0x80), UInt8(bytes.count >> 7)]
        return [field << 3 | 2] + length + bytes
    }

    /// 14 records at 01:00 of the first day, written out by hand: field 2 of a series.
    private static let sample: [UInt8] = [
        0x12, 14, 0x09, 0, 0, 0, 0, 0, 0, 0x2C, 0x40, 0x10, 0x80, 0xDD, 0xDB, 0x01,
    ]

    private func onePoint() throws -> WritePiece {
        let series = try series(SeriesKey(application: "APP", statistic: "records"))
        return WritePiece(series: [.init(series: series, points: [Point(time: 0, value: .integer(14))])])
    }

    @Test("Version 1.0: a series with its labels and samples, and nothing else")
    func version1() throws {
        let labels =
            [0x0A, 33] + text(1, "__name__") + text(2, "algolia_usage_records")
            + [0x0A, 18] + text(1, "application") + text(2, "APP")
        let expected: [UInt8] = [0x0A, 71] + labels + Self.sample
        #expect(try body(onePoint(), .version1) == expected)
    }

    @Test("Version 2.0: a table of texts whose first is empty, then references, samples, type, help and unit")
    func version2() throws {
        let piece = try onePoint()
        let symbols = ["", "__name__", "algolia_usage_records", "application", "APP", piece.series[0].series.help]
        let table = symbols.flatMap { text(4, $0) }
        let references: [UInt8] = [0x0A, 4, 1, 2, 3, 4]
        // A gauge (2), its help the sixth text, its unit the empty one.
        let metadata: [UInt8] = [0x2A, 6, 0x08, 2, 0x18, 5, 0x20, 0]
        #expect(try body(piece, .version2) == table + [0x2A, 30] + references + Self.sample + metadata)
    }

    @Test("No message of one version is read as one of the other with anything in it")
    func apart() throws {
        let piece = try onePoint()
        let read = try Prometheus_WriteRequest(serializedBytes: body(piece, .version2))
        #expect(read.timeseries.isEmpty)
        #expect(try Io_Prometheus_Write_V2_Request(serializedBytes: body(piece, .version1)).timeseries.isEmpty)
    }

    @Test("A request without samples is an empty message of 1.0, and the table alone of 2.0")
    func empty() throws {
        #expect(try body(WritePiece(series: []), .version1).isEmpty)
        #expect(try body(WritePiece(series: []), .version2) == [0x22, 0])
        #expect(WritePiece(series: []).count == 0)
        #expect(WritePiece(series: []).halves == nil)
    }

    @Test("Each text is in the table once; texts that only look the same are two")
    func symbols() throws {
        let indices: [IndexName] = ["caf\u{E9}", "cafe\u{301}", "application", "__name__", "seconds"]
        let piece = WritePiece(
            series: try indices.flatMap { index in
                try ["avg_processing_time", "records"].map { (statistic: StatisticName) in
                    WritePiece.Series(
                        series: try series(SeriesKey(application: "APP", statistic: statistic, index: index)),
                        points: [Point(time: 0, value: .integer(1))])
                }
            })
        let message = try Io_Prometheus_Write_V2_Request(serializedBytes: body(piece, .version2))
        let symbols = message.symbols.map { Array($0.utf8) }
        #expect(symbols.first == [])
        #expect(Set(symbols).count == symbols.count)
        let read = message.timeseries.map { series in series.labelsRefs.map { symbols[Int($0)] } }
        #expect(read == piece.series.map { $0.series.labels.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] } })
        #expect(
            message.timeseries.map { message.symbols[Int($0.metadata.unitRef)] }
                == indices.flatMap { _ in ["seconds", ""] })
        #expect(message.timeseries.allSatisfy { $0.metadata.type == .gauge })
    }

    @Test("Both versions carry the same samples, whatever the piece", arguments: 0..<10 as Range<UInt64>)
    func same(seed: UInt64) throws {
        let piece = try Self.random(seed)
        let first = try Prometheus_WriteRequest(serializedBytes: body(piece, .version1))
        let second = try Io_Prometheus_Write_V2_Request(serializedBytes: body(piece, .version2))
        let isSame =
            first.timeseries.map { $0.samples.map { [$0.timestamp, Int64(bitPattern: $0.value.bitPattern)] } }
            == second.timeseries.map { $0.samples.map { [$0.timestamp, Int64(bitPattern: $0.value.bitPattern)] } }
        #expect(isSame, "seed \(seed)")
        #expect(first.timeseries.reduce(0) { $0 + $1.samples.count } == piece.count)
        #expect(
            first.timeseries.map { $0.labels.flatMap { [$0.name, $0.value] } }
                == second.timeseries.map { $0.labelsRefs.map { second.symbols[Int($0)] } })
    }

    @Test("Halves of halves, down to single samples, are the whole in its order", arguments: 0..<20 as Range<UInt64>)
    func halves(seed: UInt64) throws {
        let whole = try Self.random(seed)
        var pieces = [whole]
        var singles: [String] = []
        var depth = 0
        while let piece = pieces.popLast() {
            depth += 1
            try #require(depth <= 2 * whole.count, "seed \(seed): it does not end")
            if let (first, second) = piece.halves {
                #expect(first.count + second.count == piece.count)
                #expect(first.count > 0 && second.count > 0, "seed \(seed)")
                pieces += [second, first]
            } else {
                #expect(piece.count == 1, "seed \(seed)")
                singles += Self.samples(piece)
            }
        }
        #expect(singles == Self.samples(whole), "seed \(seed)")
    }

    private static func samples(_ piece: WritePiece) -> [String] {
        piece.series.flatMap { one in one.points.map { "\(one.series.labels.map(\.value)) \($0.time)" } }
    }

    private static func random(_ seed: UInt64) throws -> WritePiece {
        var generator = SeededGenerator(seed)
        var piece = WritePiece(series: [])
        for number in 0..<Int.random(in: 1...8, using: &generator) {
            let key = SeriesKey(
                application: "APP", statistic: ["records", "avg_processing_time"][number % 2],
                index: "i\(number)")
            let first = Int.random(in: 0..<5, using: &generator)
            let points = (0..<first + Int.random(in: 1...40, using: &generator)).map {
                Point(time: Int64($0) * 3600, value: PointValue(Double.random(in: -10...10, using: &generator)))
            }
            // A slice that does not begin at 0, as a batch's parts do.
            piece.series.append(
                .init(series: try #require(MetricSeries.all(key, .hourly).first), points: points[first...]))
        }
        return piece
    }
}
