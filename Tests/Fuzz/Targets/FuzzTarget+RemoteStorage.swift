import CoreMetrics
import NIOCore
import NIOHTTP1
import PrometheusModel
import Snappy
import SwiftProtobuf
import Transport
import UsageModel

@testable import RemoteStorage

extension FuzzTarget {
    /// A body of remote read: as it is, and as the message that snappy has compressed.
    static let remoteRead = FuzzTarget(
        "remote-read", longest: 2048,
        .suspending { bytes in
            let server = try await FuzzedServer.shared.value
            for body in [bytes, Snappy.compress(bytes)] {
                do {
                    switch try await server.remoteRead.answer(body, now: server.now) {
                    case .samples(let parts, _):
                        let message = try Snappy.decompress(Array(parts.joined()), limit: 1 << 26)
                        _ = try Prometheus_ReadResponse(serializedBytes: message)
                    case .chunks(var stream): while try await stream.next() != nil {}
                    }
                } catch is RemoteReadRefusal {}
            }
        })

    /// A remote write receiver's answer: status, `Retry-After`, number of written samples and body, a line each. The
    /// bytes also are the samples that it answers to.
    static let remoteWrite = FuzzTarget("remote-write") { bytes in
        let lines = lines(String(decoding: bytes, as: UTF8.self), 4)
        for message in [nil, RemoteWriteMessage.version1, .version2] {
            var destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/")
            destination.message = message
            var receiver = RemoteWriteReceiver(
                destination, transport: NoTransport(), userAgent: "fuzz",
                metrics: RemoteWriteMetrics(remote: "mimir", factory: NOOPMetricsHandler.instance))
            let answer = TransportAnswer(
                status: Int(lines[0]) ?? 200, retryAfter: lines[1].isEmpty ? nil : lines[1],
                headers: HTTPHeaders([("X-Prometheus-Remote-Write-Samples-Written", lines[2])]),
                body: ByteBuffer(string: lines[3]))
            for _ in 0..<2 {
                switch receiver.judge(.success(RemoteWriteAnswer(answer)), of: 5, now: 1_784_110_800) {
                case .accepted(let written), .refused(_, _, let written):
                    try check((0...5).contains(written), "\(written) of 5 samples are written")
                default: break
                }
            }
        }
        try checkBody(of: piece(bytes, key: lines[3]))
    }

    /// A transport that is never asked.
    private struct NoTransport: HTTPTransport {
        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer { throw .timeout }
    }

    /// Samples with the bytes as times and values.
    private static func piece(_ bytes: [UInt8], key: String) -> WritePiece {
        let numbers = stride(from: 0, to: bytes.count - 8, by: 8).map { start in
            bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let points = numbers.map { number in
            Point(
                time: Int64(number % 253_402_300_800),
                value: number % 2 == 0 ? .integer(Int64(bitPattern: number)) : PointValue(Double(bitPattern: number)))
        }
        let index = IndexName(key) ?? ""
        let keys = [
            SeriesKey(application: "APP", statistic: "records", index: index),
            SeriesKey(application: "APP", statistic: "max_qps", key: ServerName(key) ?? ""),
        ]
        return WritePiece(
            series: points.isEmpty
                ? [] : keys.flatMap { MetricSeries.all($0, .hourly) }.map { .init(series: $0, points: points[...]) })
    }

    /// Whether the messages that are written by hand are those that the generated code reads.
    private static func checkBody(of piece: WritePiece) throws {
        let first = try Prometheus_WriteRequest(
            serializedBytes: Snappy.decompress(piece.body(.version1), limit: 1 << 26))
        let second = try Io_Prometheus_Write_V2_Request(
            serializedBytes: Snappy.decompress(piece.body(.version2), limit: 1 << 26))
        try check(first.timeseries.count == piece.series.count, "\(first.timeseries.count) series")
        try check(second.timeseries.count == piece.series.count, "\(second.timeseries.count) series")
        for (series, (old, new)) in zip(piece.series, zip(first.timeseries, second.timeseries)) {
            let labels = new.labelsRefs.map { second.symbols[Int($0)] }
            try check(
                old.labels.flatMap { [$0.name, $0.value] } == labels
                    && labels == series.series.labels.flatMap { [$0.name, $0.value] }, "\(labels)")
            let times = series.points.map { series.series.time($0) * 1000 }
            try check(old.samples.map(\.timestamp) == times && new.samples.map(\.timestamp) == times, "\(times)")
            let values = series.points.map { series.series.double($0).bitPattern }
            try check(
                old.samples.map(\.value.bitPattern) == values && new.samples.map(\.value.bitPattern) == values,
                "\(values)")
        }
    }
}
