import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("The usage proxy")
struct UsageProxyTests {
    private static let windows: [(Granularity, TimeRange)] = [
        (.hourly, TimeRange(midnight - 2 * 86_400, midnight)), (.daily, TimeRange(midnight - 30 * 86_400, midnight)),
    ]

    private static let groups: [StatisticName] = [
        "search_operations", "acl_operations", "indexing_operations", "record_operations", "synonym_operations",
        "rule_operations",
    ]

    @Test("An existing client gets from it what it gets from Algolia: application and indices, hours and days")
    func same() async throws {
        var faults = Faults()
        faults.unknownStatistics = true
        let proxied = try ProxyWorld(faults: faults)
        let scopes = [Scope(application: "APP")] + ProxyWorld.indices.map { Scope(application: "APP", index: $0) }
        for scope in scopes {
            for (granularity, range) in Self.windows { try await proxied.fetch(scope, granularity, range) }
        }
        try await withSimulator(proxied.world.simulator) { vendor in
            try await withServer(proxied.exporter) { proxy in
                for scope in scopes {
                    let names: [StatisticName] =
                        scope.isIndex ? ["records", "file_size"] : ["max_qps", "records", "region_max_qps"]
                    for selection in [.all, .names(Self.groups), .names(names)] as [StatisticSelection] {
                        for (granularity, range) in Self.windows {
                            let expected = try await ProxyWorld.series(
                                from: vendor.url(""), scope, selection, granularity, range)
                            let answered = try await ProxyWorld.series(
                                from: proxy.url(""), scope, selection, granularity, range)
                            #expect(answered == expected, "\(scope) \(granularity) \(selection)")
                            #expect(!expected.isEmpty)
                        }
                    }
                }
            }
        }
    }

    @Test("Answers in the vendor's format: milliseconds, numbers exactly as stored, maps for servers")
    func format() async throws {
        let site = try Site()
        try await site.store(
            [
                SeriesPoints(statistic: "records", points: hours([5, 6])),
                SeriesPoints(
                    statistic: "avg_processing_time", points: hours([.real(1.5), .real(1e300), .integer(-3)])),
                SeriesPoints(statistic: "max_qps", key: "c4-fr-2", points: hours(from: midnight, [40, 41])),
                SeriesPoints(statistic: "max_qps", key: "c4-fr-1", points: hours(from: midnight + 3600, [35])),
                SeriesPoints(statistic: "max_qps", key: "a \"b\"", points: hours(from: midnight + 7200, [7])),
            ])
        try await withServer(site.proxy()) { web in
            let answer = try await web.usage("*", from: midnight, to: midnight + 86_400)
            let t = hours([0, 1, 2]).map { "\($0.time * 1000)" }
            let expected =
                #"{"avg_processing_time":[{"t":\#(t[0]),"v":1.5},{"t":\#(t[1]),"v":1e+300},{"t":\#(t[2]),"v":-3}],"#
                + #""records":[{"t":\#(t[0]),"v":5},{"t":\#(t[1]),"v":6}],"#
                + #""max_qps":[{"t":\#(t[0]),"v":{"c4-fr-2":40}},{"t":\#(t[1]),"v":{"c4-fr-1":35,"c4-fr-2":41}},"#
                + #"{"t":\#(t[2]),"v":{"a \"b\"":7}}]}"#
            #expect(answer.text == expected)
            #expect(answer.contentType == "application/json; charset=UTF-8")
            #expect(answer.header["Content-Length"] == ["\(answer.body.count)"])
        }
    }

    @Test("A statistic that was a number before it was a map is answered as each bucket was")
    func shapes() async throws {
        let site = try Site()
        try await site.store("new_peak", hours([5, 6]))
        try await site.store("new_peak", key: "c1", hours(from: midnight + 3600, [7, 8]))
        try await withServer(site.proxy()) { web in
            let answer = try await web.usage("new_peak", from: midnight, to: midnight + 86_400)
            let t = hours([0, 1, 2]).map { "\($0.time * 1000)" }
            #expect(
                answer.text == #"{"new_peak":[{"t":\#(t[0]),"v":5},{"t":\#(t[1]),"v":{"c1":7}},"#
                    + #"{"t":\#(t[2]),"v":{"c1":8}}]}"#)
        }
    }

    @Test("A bucket is answered when it begins in the range, wherever on the grid the range begins")
    func grid() async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3, 4]))
        try await withServer(site.proxy()) { web in
            for (start, end, expected) in [
                (0, 7200, [1, 2]), (1, 7200, [2]), (1, 7201, [2, 3]), (3600, 3601, [2]), (3601, 7199, []),
                (-86_400, 0, []),
            ] as [(Int64, Int64, [Int64])] {
                let answer = try await web.usage("records", from: midnight + start, to: midnight + end)
                let values = try answer.usageSeries().first?.points.map(\.value) ?? []
                #expect(values == expected.map(PointValue.integer), "\(start) \(end)")
                if expected.isEmpty { #expect(answer.text == "{}") }
            }
        }
    }

    @Test("Nothing comes twice, however often and under whatever name it is asked for")
    func once() async throws {
        let site = try Site()
        try await site.store("total_search_requests", hours([1]))
        try await site.store("records", hours([2]))
        try await withServer(site.proxy()) { web in
            for path in [
                "*", "*,*", "records,*,search_operations", "records,total_search_requests,records",
                "search_operations,search_operations,records", "%2A", "records%2Csearch_operations",
            ] {
                let series = try await web.usage(path, from: midnight, to: midnight + 3600).usageSeries()
                #expect(series.map(\.statistic).sorted() == ["records", "total_search_requests"], "\(path)")
            }
        }
    }

    @Test("What Algolia does not report is not there: derived statistics and the Monitoring API's")
    func foreign() async throws {
        let site = try Site()
        try await site.store("total_search_requests", hours([5]))
        try await withServer(site.proxy()) { web in
            for name in ["billed_search_requests", "cpu_usage", "latency_max"] {
                let answer = try await web.usage(name, from: midnight, to: midnight + 3600)
                #expect(answer.status == 422)
                #expect(answer.text == #"{"status":422,"message":"Metric \"\#(name)\" not found"}"#)
            }
            let everything = try await web.usage("*", from: midnight, to: midnight + 3600).usageSeries()
            #expect(everything.map(\.statistic) == ["total_search_requests"])
        }
    }

    @Test("A statistic that this version does not know is served once it was reported at that level")
    func unknown() async throws {
        let site = try Site()
        try await site.store("brand_new", hours([5]))
        try await site.store("brand_new_too", index: "products", hours([6]))
        try await site.store(index: "other", hours([7]))
        try await withServer(site.proxy()) { web in
            for (path, expected) in [
                ("brand_new", "5"), ("brand_new_too/products", "6"), ("brand_new_too/other", "{}"),
                ("brand_new_too", "not found"), ("brand_new/products", "not found"),
            ] {
                let answer = try await web.usage(path, from: midnight, to: midnight + 3600)
                #expect(answer.text.contains(expected), "\(path)")
            }
        }
    }
}

/// Runs the simulated vendor on a port of its own, and stops it after `body`.
func withSimulator(_ simulator: Simulator, _ body: (WebClient) async throws -> Void) async throws {
    let server = SimulatorServer(simulator: simulator)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let client = WebClient(port: try await server.port)
        do {
            try await body(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        group.cancelAll()
    }
}
