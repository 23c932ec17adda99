import History
import NIOCore
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("Long answers of the usage proxy")
struct UsageProxyStreamTests {
    /// Three years of hours of a number and of a map whose servers come and go, with a gap of half a year.
    private static let series: [SeriesPoints] = {
        let start = midnight - 3 * 365 * 86_400
        func points(from first: Int, to last: Int, every step: Int = 1) -> [Point] {
            stride(from: first, to: last, by: step).map { hour in
                let value: PointValue = hour % 7 == 0 ? .real(Double(hour) + 0.1) : .integer(Int64(hour))
                return Point(time: start + Int64(hour) * 3600, value: value)
            }
        }
        return [
            SeriesPoints(statistic: "records", points: points(from: 0, to: 8000) + points(from: 12_400, to: 26_000)),
            SeriesPoints(statistic: "max_qps", key: "c1-de-1", points: points(from: 0, to: 20_000)),
            SeriesPoints(statistic: "max_qps", key: "c1-de-2", points: points(from: 7000, to: 26_000, every: 3)),
            SeriesPoints(statistic: "max_qps", key: "ü\"", points: points(from: 25_000, to: 25_030)),
        ]
    }()

    private func filled() async throws -> Site {
        let site = try Site()
        try await site.store(Self.series)
        return site
    }

    private func expectWhole(_ answer: Answer) throws {
        let answered = try answer.usageSeries().map { ("\($0.statistic) \($0.key)", $0.points) }
        let expected = Self.series.map { ("\($0.statistic) \($0.key)", $0.points) }
        #expect(Dictionary(answered) { $1 } == Dictionary(expected) { $1 })
        #expect(answered.count == expected.count)
    }

    @Test("A range may have any length; the answer is sent as it is read")
    func anyLength() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            for (start, end) in [
                ("2023-07-16T00:00:00Z", "2026-07-15T00:00:00Z"), ("0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
            ] {
                let answer = try await web.usage(
                    "*", from: try #require(RFC3339.parse(start)), to: try #require(RFC3339.parse(end)))
                try expectWhole(answer)
                #expect(answer.header["Content-Length"].isEmpty)
                #expect(answer.header["Transfer-Encoding"] == ["chunked"])
            }
            let empty = try await web.usage("*", from: -10_000_000_000, to: 0)
            #expect(empty.text == "{}")
        }
    }

    @Test("gzip is undone to the same bytes")
    func gzip() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            let accepts = ["Accept-Encoding": "gzip"]
            let start = midnight - 4 * 365 * 86_400
            let plain = try await web.usage("*", from: start, to: midnight)
            let compressed = try await web.usage("*", from: start, to: midnight, headers: accepts)
            #expect(compressed.header["Content-Encoding"] == ["gzip"])
            #expect(compressed.header["Vary"] == ["Accept-Encoding"] && plain.header["Vary"] == ["Accept-Encoding"])
            #expect(compressed.body.count * 4 < plain.body.count)
            // Refuses what is cut off or has a wrong checksum.
            #expect(try await Tool.run("gzip", ["-t"], input: compressed.body).status == 0)
            let undone = try await web.usage("*", from: start, to: midnight, headers: accepts, decompress: true)
            #expect(undone.body == plain.body)
            let small = try await web.usage("records", from: start, to: start + 10, headers: accepts)
            #expect(small.header["Content-Encoding"].isEmpty && small.text == "{}")
        }
    }

    @Test("Many clients at once get the same bytes")
    func concurrent() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            let start = midnight - 4 * 365 * 86_400
            let expected = try await web.usage("*", from: start, to: midnight).body
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for client in 0..<40 {
                    group.addTask {
                        let headers = client % 2 == 0 ? ["Accept-Encoding": "gzip"] : [:]
                        return try await web.usage(
                            "*", from: start, to: midnight, headers: headers, decompress: client % 2 == 0
                        ).body
                    }
                }
                for try await body in group { #expect(body == expected) }
            }
        }
    }

    @Test("No part of an answer is large, even of a statistic of a hundred servers")
    func parts() async throws {
        let site = try Site()
        let points = hours(from: midnight - 90 * 86_400, (0..<2160).map(Int64.init))
        try await site.store(
            (100..<200).map { SeriesPoints(statistic: "max_qps", key: "c1-de-\($0)", points: points) })
        let stored = try await site.history.usage(Scope(application: "APP"), .hourly)
        var body = UsageBody(
            site.history, .hourly, TimeRange(0, midnight), [try #require(stored.statistics["max_qps"])])
        var parts: [Int] = []
        var bytes: [UInt8] = []
        while let part = try await body.next() {
            parts.append(part.readableBytes)
            bytes += part.readableBytesView
        }
        #expect(parts.max() ?? 0 < 131_072)
        #expect(parts.count > 30)
        #expect(try JSON.parse(bytes)["max_qps"]?.array?.count == 2160)
    }

    // Fault (Clients): A client that goes away in the middle of an answer
    // Done: closed connections
    // Seen: nothing
    // Lost: its own answer
    @Test(
        "A client that goes away in the middle leaves the server as it was",
        .enabled(if: Tool.isInstalled("curl"), "curl is not installed"))
    func goneClient() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            let target =
                "/1/usage/*?startDate=2000-01-01T00:00:00Z&endDate=2030-01-01T00:00:00Z&granularity=hourly"
            for _ in 0..<5 {
                let headers = ProxyWorld.credentials.flatMap { ["-H", "\($0.key): \($0.value)"] }
                // Closes the connection once the limit is passed.
                _ = try await Tool.run(
                    "curl", ["-s", "-g", "--max-filesize", "100000", "-o", "/dev/null", web.url(target)] + headers)
            }
            try expectWhole(try await web.usage("*", from: 0, to: midnight))
        }
    }
}
