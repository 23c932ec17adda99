import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Indices whose names look alike")
struct TwinNamesTests {
    /// Each two of them are the same to Swift's strings; the last two differ in a line end.
    private static let twins: [IndexName] = [
        "caf\u{E9}", "cafe\u{301}", "\u{D55C}", "\u{1112}\u{1161}\u{11AB}", "\u{212B}", "\u{C5}", "a\r\nb", "a\nb",
    ]

    private static func collected() async throws -> MeteredWorld {
        let metered = try MeteredWorld(indices: twins)
        #expect(try await metered.settle())
        return metered
    }

    @Test("All are collected, each with its own points, and go on after a restart")
    func collection() async throws {
        let metered = try await Self.collected()
        let (world, history) = (metered.world, metered.history)
        #expect(try await history.knownIndices(application: "APP") == Self.twins.sorted())
        let end = Granularity.hourly.floor(world.clock.now - 7200)
        for index in Self.twins {
            var comparison = TruthComparison()
            try await comparison.compare(
                history, world.simulator.truth, Scope(application: "APP", index: index), .hourly,
                range: TimeRange(end - 86_400, end), asOf: world.clock.now)
            #expect(comparison.isExact && comparison.equal > 0, "\(Array(index.text.utf8))")
        }
        let restarted = try world.collector(history)
        #expect(try await world.settle(restarted))
        #expect(await restarted.status().indices == Self.twins.count)
    }

    @Test("One after the other in the configuration, they are two indices at every start")
    func configuredInTurn() async throws {
        let world = World(indices: Self.twins)
        let history = try world.openHistory()
        for names in [[0], [1], [0, 1], [1]].map({ $0.map { Self.twins[$0] } }) {
            var settings = CollectionSettings()
            settings.horizon = 2 * 86_400
            settings.indices = IndexFilter(include: names.map { IndexPattern($0) })
            let collector = try world.collector(
                history, client: try world.client(listsIndices: false), settings: settings)
            #expect(try await world.settle(collector))
            #expect(await collector.status().indices == names.count)
        }
        #expect(try await history.knownIndices(application: "APP") == Self.twins[..<2].sorted())
    }

    @Test("/metrics has a series for each, under its own bytes")
    func metrics() async throws {
        try await withServer(Self.collected().exporter) { web in
            let page = try await web.get("/metrics").body
            for index in Self.twins {
                let label = "algolia_index_usage_records{application=\"APP\",index=\"\(index.text)\"}"
                let escaped = Array(label.utf8).flatMap { $0 == 0x0A ? Array("\\n".utf8) : [$0] }
                #expect(page.contains(escaped), "\(Array(index.text.utf8))")
            }
        }
    }

    @Test("The API lists all, and answers each by its exact name")
    func api() async throws {
        try await withServer(Self.collected().exporter) { web in
            let series = try await web.get("/api/v1/series?statistic=records&index=*").json().series()
            #expect(series.compactMap { $0["index"]?.string.flatMap { IndexName($0) } } == Self.twins.sorted())
            for index in Self.twins {
                let answer = try await web.range(["statistic": "records", "index": index.text]).json().series()
                #expect(answer.map { $0["index"]?.string.flatMap { IndexName($0) } } == [index])
                let usage = try await web.usage(
                    "records/\(WebClient.encode(index.text))", from: World.start - 86_400, to: World.start)
                #expect(usage.status != 404)
            }
            // The decomposed form of a name that exists only composed.
            let other = try await web.range(["statistic": "records", "index": "A\u{30A}"])
            try other.expectProblem(404, parameter: "index")
            let nul = try await web.range(["statistic": "records", "index": "a\0b"])
            try nul.expectProblem(400, parameter: "index")
        }
    }

    @Test("Pages and reports have them all")
    func pages() async throws {
        try await withServer(Self.collected().exporter) { web in
            for path in ["/", "/collector", "/capacity", "/explore", "/api/v1/capacity", "/api/v1/status"] {
                #expect(try await web.get(path).status == 200, "\(path)")
            }
            for index in Self.twins {
                let answer = try await web.get(
                    "/explore", ["statistic": "records", "index": index.text, "range": "24h"])
                #expect(answer.status == 200)
                let link = Array("/api/v1/range?statistic=records&amp;index=\(WebClient.encode(index.text))&amp;".utf8)
                #expect(answer.body.contains(link), "\(Array(index.text.utf8))")
            }
        }
    }

    @Test("Grafana lists them all, and draws one that is chosen")
    func grafana() async throws {
        try await withServer(Self.collected().exporter) { web in
            let variable = try await web.send(
                "POST", "/grafana/variable", body: Array(#"{"payload":{"target":"indices"}}"#.utf8)
            ).json().array?.compactMap { $0["__value"]?.string.flatMap { IndexName($0) } }
            #expect(variable == Self.twins.sorted())
            for index in Self.twins[..<6] {
                let question = #"{"targets":[{"target":"records","payload":{"index":"\#(index.text)"}}]}"#
                let answer = try await web.send("POST", "/grafana/query", body: Array(question.utf8)).json().array
                #expect(answer?.count == 1)
                #expect(answer?.first?["datapoints"]?.array?.isEmpty == false)
            }
        }
    }
}
