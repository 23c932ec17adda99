import Testing
import UsageModel

@testable import Web

@Suite("/grafana/query: no more points than a panel has room for")
struct GrafanaPointsTests {
    @Test("They are combined and never cut: a sum is conserved", arguments: [1, 2, 3, 5, 7, 10, 23, 24, 25, 1000])
    func conserved(most: Int) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let target = #"{"target":"total_search_requests","payload":{"application":"APP"}}"#
            for range in [
                #""from":"2026-07-14T00:00:00.000Z","to":"2026-07-15T00:00:00.000Z""#,
                #""from":"2026-07-13T07:12:13.000Z","to":"2026-07-16T01:00:00.000Z""#,
            ] {
                let series = try await web.query(target, #""range":{\#(range)},"maxDataPoints":\#(most)"#)
                #expect(series[0].points.count <= most)
                #expect(series[0].sum == Double((0..<24).reduce(0) { $0 + $1 * $1 }))
            }
        }
    }

    @Test(
        "Each kind is combined as it should be, unless the payload says how",
        arguments: [
            ("total_search_requests", "", 4324), ("records", "", 1023), ("max_qps", "", 6),
            ("records", "min", 1000), ("records", "count", 24), ("total_search_requests", "max", 529),
        ] as [(String, String, Int64)])
    func aggregate(statistic: String, aggregate: String, value: Int64) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let series = try await web.query(
                #"""
                {"target":"\#(statistic)","payload":{"application":"APP","key":"*","aggregate":"\#(aggregate)"}}
                """#, #""maxDataPoints":1"#)
            #expect(series[0].points == [Point(time: yesterday.start, value: .integer(value))])
        }
    }

    @Test("No bucket is narrower than the panel's interval", arguments: [(3600, 24), (5000, 12), (21_600, 4)])
    func interval(seconds: Int, count: Int) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let target = #"{"target":"total_search_requests","payload":{"application":"APP"}}"#
            let series = try await web.query(target, #""intervalMs":\#(seconds * 1000),"maxDataPoints":1000"#)
            #expect(series[0].points.count == count)
            #expect(series[0].sum == 4324)
        }
    }

    @Test("A limit below 1 is none")
    func nothing() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            for most in ["0", "-5", "0.5", "null", "1e300"] {
                let series = try await web.query(
                    #"{"target":"records"}"#, #""maxDataPoints":\#(most),"intervalMs":\#(most == "1e300" ? "0" : most)"#
                )
                #expect(series[0].points.count == 24)
            }
        }
    }

    @Test("Without a limit a long range of minutes is combined, not refused")
    func long() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let series = try await web.query(
                #"{"target":"total_search_requests","payload":{"application":"APP"}}"#,
                #""range":{"from":0,"to":"now"}"#)
            #expect(series[0].sum == 4324)
            let far = try await web.query(
                #"{"target":"records"}"#, #""range":{"from":0,"to":"9999-12-31T00:00:00Z"},"maxDataPoints":1"#)
            #expect(far[0].points.count == 1)
        }
    }

    @Test("Whatever the range, there are never more, and buckets begin at midnight if there is room")
    func widths() {
        var seed: UInt64 = 42
        func random(_ below: Int64) -> Int64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(seed >> 33) % below
        }
        for granularity in Granularity.allCases {
            for _ in 0..<2000 {
                let start = random(1_800_000_000)
                let range = TimeRange(
                    start, start + 1 + random([3600, 86_400, 100 * 86_400, 900_000_000][Int(random(4))]))
                let most = 1 + random(2000)
                let interval = random(2) * random(200_000)
                let width = PointWidth.fitting(range, granularity, most: most, interval: interval)
                #expect(width.step % granularity.seconds == 0 && width.step >= interval && width.step > 0)
                #expect(width.origin % granularity.seconds == 0 && width.origin <= range.start)
                let first = granularity.ceiling(range.start)
                let last = granularity.floor(range.end - 1)
                guard first <= last else { continue }
                let buckets = (last - width.origin) / width.step - (first - width.origin) / width.step + 1
                #expect(buckets <= most, "\(range) \(granularity) \(most) \(width)")
            }
        }
        let week = TimeRange(midnight + 5000, midnight + 7 * 86_400)
        let plain = PointWidth.fitting(week, .hourly, most: 1000, interval: 0)
        #expect(plain == PointWidth(step: 3600))
        #expect(PointWidth.fitting(week, .hourly, most: 100, interval: 0) == PointWidth(step: 7200))
        #expect(PointWidth.fitting(week, .hourly, most: 10, interval: 0) == PointWidth(step: 86_400))
        let around = TimeRange(midnight - 1800, midnight + 1800)
        #expect(PointWidth.fitting(around, .minutely, most: 1, interval: 0).origin == midnight - 1800)
    }
}
