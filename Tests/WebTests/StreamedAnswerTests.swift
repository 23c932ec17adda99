import History
import Testing
import UsageModel

@testable import Web

@Suite("Long answers are sent as they are read")
struct StreamedAnswerTests {
    /// Twenty days of minutes of two servers, with a gap, and hours that are real.
    private func filled() async throws -> Site {
        let site = try Site(now: midnight + 21 * 86_400)
        let numbers = Array(0..<5000) + Array(9000..<28_800)
        let minutes = numbers.map { (number: Int) -> Point in
            let value: PointValue = number % 3 == 0 ? .real(Double(number) + 0.5) : .integer(Int64(number))
            return Point(time: midnight + Int64(number) * 60, value: value)
        }
        for key in ["c1-1", "c1-2"] as [ServerName] {
            try await site.store("cpu_usage", key: key, granularity: .minutely, minutes)
            try await site.store("max_qps", key: key, hours((0..<480).map { Int64($0) }))
        }
        return site
    }

    private func query(step: Int64?) -> RangeQuery {
        RangeQuery(
            statistics: ["cpu_usage"], granularity: .minutely, range: TimeRange(midnight + 30, midnight + 20 * 86_400),
            step: step)
    }

    @Test(
        "The points of all parts are those of the history, and no part is large",
        arguments: [nil, 300, 3600, 7 * 86_400])
    func points(step: Int64?) async throws {
        let site = try await filled()
        let expected = try await site.history.range(query(step: step), now: site.clock.now)
        let plan = try await site.history.plan(query(step: step), now: site.clock.now)
        #expect(plan.series.map(\.key) == expected.series.map(\.key) && plan.coverage == expected.coverage)
        var reader = RangePoints(site.history, plan)
        var points: [[Point]] = plan.series.map { _ in [] }
        while let parts = try await reader.next() {
            for part in parts {
                #expect(part.points.count <= 5000)
                points[part.series] += part.points
            }
        }
        #expect(points == expected.series.map(\.points))
    }

    @Test(
        "However many points an answer has, none of its parts is larger than 700 kB",
        arguments: RangeBody.Format.allCases)
    func parts(format: RangeBody.Format) async throws {
        let site = try await filled()
        var body = RangeBody(site.history, try await site.history.plan(query(step: nil), now: site.clock.now), format)
        var bytes: [UInt8] = []
        var count = 0
        while let part = try await body.next() {
            #expect(part.count < 700_000)
            bytes += part
            count += 1
        }
        #expect(count > 5)
        switch format {
        case .json: #expect(try JSON.parse(bytes).series().reduce(0) { $0 + (try $1.points().count) } == 49_598)
        case .rows: #expect(try JSON.parse(bytes).array?.count == 49_598)
        case .csv: #expect(bytes.count { $0 == 0x0A } == 49_599)
        }
    }

    @Test("What a Grafana panel gets is the same whole or in parts")
    func grafana() async throws {
        let site = try await filled()
        try await withServer(site.exporter) { web in
            let range = #""range":{"from":"2026-07-15T00:00:00Z","to":"2026-08-04T00:00:00Z"},"maxDataPoints":30000"#
            let targets =
                #"{"refId":"A","target":"cpu_usage","payload":{"granularity":"minutely"}},{"refId":"B","target":"nothing"},"#
                + #"{"refId":"C","target":"max_qps","payload":{"granularity":["hourly","daily"]}}"#
            let series = try await web.query(targets, range)
            #expect(series.map(\.refId) == ["A", "A", "B", "C", "C"])
            #expect(series.map(\.points.count) == [24_800, 24_800, 0, 480, 480])
            #expect(
                series.map(\.name) == [
                    "cpu_usage / c1-1", "cpu_usage / c1-2", "nothing", "max_qps / c1-1", "max_qps / c1-2",
                ])
            let tables = try await web.list(
                "query",
                WebClient.query(
                    #"{"target":"cpu_usage","type":"table","payload":{"granularity":"minutely"}},"#
                        + #"{"target":"nothing","type":"table"}"#, range))
            #expect(tables.map { $0["rows"]?.array?.count } == [49_600, 0])
        }
    }

    // Fault (Clients): Forty clients that do not read large answers
    // Done: all at once
    // Seen: the others are answered
    // Lost: their own answers
    @Test("Forty clients that do not read hold back nobody")
    func stalled() async throws {
        let site = try await filled()
        try await withServer(site.exporter) { web in
            let path = "/api/v1/range?statistic=cpu_usage&granularity=minutely&start=2026-07-15T00:00:00Z&format=rows"
            let stalled = try (0..<40).map { _ in
                let connection = try RawConnection(port: web.port)
                try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return connection
            }
            #expect(try await web.get(path).json().array?.count == 49_600)
            #expect(try await web.get("/metrics").status == 200)
            withExtendedLifetime(stalled) {}
        }
    }
}
