import AsyncHTTPClient
import History
import Logging
import NIOCore
import NIOHTTP1
import RemoteStorage
import Snappy
import SwiftProtobuf
import UsageModel
import Web

/// Remote read of a year of hours of 100 series over loopback, with the client in the same process on
/// the same cores.
enum ReadBenchmark {
    static func run(folder: String) async throws {
        let history = try History(path: "\(folder)/read.db")
        let statistics = (0..<10).map { "statistic_\($0)" as StatisticName }
        // A year and a little more, of which a year is asked for.
        for week in 0..<53 as Range<Int64> {
            let range = TimeRange(Synthetic.end - (week + 1) * 7 * 86_400, Synthetic.end - week * 7 * 86_400)
            for index in 0..<10 {
                let series = Synthetic.series(statistics, range: range, seed: UInt64(week) << 20 | UInt64(index))
                _ = try await history.store(series, answering: Synthetic.window(range, index: "index_\(index)"))
            }
        }
        try await LocalServer.with(history) { port in
            try await measure("samples", [], port: port)
            try await measure("streamed chunks", [.streamedXorChunks], port: port)
        }
        try history.close()
        try await oneOfMany(folder: folder)
    }

    /// One family of a history of many series: what choosing costs.
    private static func oneOfMany(folder: String) async throws {
        let history = try History(path: "\(folder)/read-many.db")
        let range = TimeRange(Synthetic.end - 86_400, Synthetic.end)
        let statistics = (0..<100).map { "statistic_\($0)" as StatisticName }
        for index in 0..<130 {
            _ = try await history.store(
                Synthetic.series(statistics, range: range, seed: UInt64(index)),
                answering: Synthetic.window(range, index: "index_\(index)"))
        }
        let matchers = [
            ("a family", [matcher(.eq, "__name__", "algolia_index_usage_statistic_7")]),
            ("few indices", [matcher(.re, "index", "index_1[0-4]")]),
        ]
        try await LocalServer.with(history) { port in
            for (name, matchers) in matchers {
                let body = try body([], matchers)
                let http = HTTPClient(eventLoopGroupProvider: .singleton)
                var answer = ByteBuffer()
                func read() async throws { answer = try await Self.read(body, http, port: port) }
                let first = try await median(runs: 1, read)
                let time = try await median(runs: 51, read)
                try await http.shutdown()
                Table.row(
                    "remote read of \(name) of 13000 series", "\((time * 1000).text(2)) ms",
                    "first \((first * 1000).text(0)) ms; \(answer.readableBytes / 1000) kB")
            }
        }
        try history.close()
    }

    private static func matcher(
        _ type: Prometheus_LabelMatcher.TypeEnum, _ name: String, _ value: String
    ) -> Prometheus_LabelMatcher {
        .with {
            $0.type = type
            $0.name = name
            $0.value = value
        }
    }

    private static func body(
        _ types: [Prometheus_ReadRequest.ResponseType], _ matchers: [Prometheus_LabelMatcher] = []
    ) throws -> [UInt8] {
        Snappy.compress(
            try Prometheus_ReadRequest.with {
                $0.queries = [
                    .with {
                        $0.startTimestampMs = (Synthetic.end - 8759 * 3600) * 1000
                        $0.endTimestampMs = Synthetic.end * 1000
                        $0.matchers = matchers
                    }
                ]
                $0.acceptedResponseTypes = types
            }.serializedBytes())
    }

    private static func read(_ body: [UInt8], _ http: HTTPClient, port: Int) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/read")
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await http.execute(request, timeout: .seconds(600)).body.collect(upTo: 1 << 27)
    }

    private static func measure(
        _ form: String, _ types: [Prometheus_ReadRequest.ResponseType], port: Int
    ) async throws {
        let body = try body(types)
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        var answer = ByteBuffer()
        let time = try await median(runs: 21) { answer = try await read(body, http, port: port) }
        try await http.shutdown()
        var samples = ""
        if types.isEmpty {
            let plain = try Snappy.decompress(Array(answer.readableBytesView), limit: 1 << 30)
            let response = try Prometheus_ReadResponse(serializedBytes: plain)
            samples = "\(response.results[0].timeseries.reduce(0) { $0 + $1.samples.count }) "
        }
        Table.row(
            "remote read of \(samples)\(form), \(answer.readableBytes / 1000) kB",
            "\((time * 1000).text(1)) ms", "promised 250; \(ownResidentMegabytes)")
    }
}
