import Simulator
import Testing
import UsageModel

@Suite("Usage API: what is answered")
struct UsageAnswerTests {
    let world = World()

    @Test("points are the truth at the time of the request")
    func truth() async throws {
        let answer = await world.usage(
            "*", from: "2026-07-15T00:00:00Z", to: "2026-07-16T00:00:00Z")
        let start = try time("2026-07-15T00:00:00Z")
        var compared = 0
        for statistic in StatisticCatalogue.all {
            let expected = world.truth.series(
                application: World.application, statistic: statistic.name, granularity: .hourly,
                range: TimeRange(start, start + 86_400), asOf: World.now)
            if expected.isEmpty {
                #expect(try answer.object()[statistic.name.text] == nil)
            } else if statistic.shape == .scalar {
                let points = expected[0].points
                compared += points.count
                #expect(
                    try answer.scalar(statistic.name)
                        == Dictionary(uniqueKeysWithValues: points.map { ($0.time, $0.value.double) }))
            } else {
                let values = try answer.map(statistic.name)
                for series in expected {
                    for point in series.points {
                        compared += 1
                        #expect(values[point.time]?[series.key.text] == point.value.double)
                    }
                }
            }
        }
        #expect(compared > 500)
    }

    @Test("a wildcard answers with names of statistics, for an index only with its own")
    func wildcard() async throws {
        let all = try await world.usage("*").object()
        #expect(Set(all.keys).isSubset(of: StatisticCatalogue.names(perIndex: false).map(\.text)))
        #expect(all["max_qps"] != nil)
        let index = try await world.usage("%2A", index: "products").object()
        #expect(Set(index.keys).isSubset(of: StatisticCatalogue.names(perIndex: true).map(\.text)))
        #expect(index["records"] != nil)
        #expect(index["max_qps"] == nil)
        #expect(index["insights_operations"] == nil)
        #expect(all["insights_operations"] != nil)
    }

    @Test("a group answers with its members", arguments: StatisticCatalogue.groups.keys.sorted())
    func groups(group: StatisticName) async throws {
        let answer = try await world.usage(
            "\(group),records", from: "2026-07-08T00:00:00Z", to: "2026-07-15T00:00:00Z"
        ).object()
        let members = try #require(StatisticCatalogue.groups[group])
        #expect(answer[group.text] == nil)
        #expect(answer["records"] != nil)
        #expect(Set(answer.keys).isSubset(of: members.map(\.text) + ["records"]))
        #expect(answer.count > 2)
    }

    @Test("an answer without any data is an empty object")
    func empty() async {
        let answer = await world.usage("*", from: "2027-01-01T00:00:00Z", to: "2027-01-02T00:00:00Z")
        #expect(answer.status == 200)
        #expect(answer.text == "{}")
    }

    @Test("a start off the grid answers buckets that begin at or after it, the end is exclusive")
    func grid() async throws {
        let answer = await world.usage("records", from: "2026-07-14T03:00:01Z", to: "2026-07-14T06:00:00Z")
        #expect(
            try answer.scalar("records").keys.sorted()
                == [try time("2026-07-14T04:00:00Z"), try time("2026-07-14T05:00:00Z")])
    }

    @Test("fractions of seconds count: what begins before the fraction is not at or after it")
    func fractions() async throws {
        let answer = await world.usage("records", from: "2026-07-14T03:00:00.5Z", to: "2026-07-14T06:00:00.001Z")
        #expect(
            try answer.scalar("records").keys.sorted() == [
                try time("2026-07-14T04:00:00Z"), try time("2026-07-14T05:00:00Z"), try time("2026-07-14T06:00:00Z"),
            ])
        let zero = await world.usage("records", from: "2026-07-14T03:00:00.000Z", to: "2026-07-14T04:00:00.0Z")
        #expect(try zero.scalar("records").keys.sorted() == [try time("2026-07-14T03:00:00Z")])
    }

    @Test("the comma may come percent-encoded")
    func comma() async throws {
        let answer = await world.usage("records%2Cdata_size%2csearch_operations")
        #expect(try answer.object().keys.count > 3)
        #expect(world.simulator.requests.last?.statistics == ["records", "data_size", "search_operations"])
    }

    @Test("every value is an integer, unless decimals are asked for", arguments: [false, true])
    func integers(hasDecimals: Bool) async throws {
        let world = World { $0.hasDecimals = hasDecimals }
        var decimals = 0
        for granularity in ["hourly", "daily"] {
            let answer = await world.usage(
                "*", from: "2026-07-08T00:00:00Z", to: "2026-07-15T00:00:00Z", granularity: granularity)
            for statistic in StatisticCatalogue.all {
                guard try answer.object()[statistic.name.text] != nil else { continue }
                let values =
                    statistic.shape == .scalar
                    ? try Array(answer.scalar(statistic.name).values)
                    : try answer.map(statistic.name).values.flatMap(\.values)
                decimals += values.count { $0 != $0.rounded() }
            }
        }
        #expect(hasDecimals ? decimals > 500 : decimals == 0)
    }

    @Test("an end in the future is fine, and the running hour is partial")
    func future() async throws {
        let answer = await world.usage(
            "queries_operations", from: "2026-07-15T09:00:00Z", to: "2026-07-15T20:00:00Z")
        let values = try answer.scalar("queries_operations")
        let running = try time("2026-07-15T10:00:00Z")
        #expect(values.keys.max() == running)
        let final = world.truth.value(
            application: World.application, statistic: "queries_operations", granularity: .hourly, bucket: running)
        #expect(try #require(values[running]) < (try #require(final)).double * 0.51)
    }

    @Test("daily is the default granularity")
    func defaultGranularity() async throws {
        let answer = await world.get(
            "/1/usage/records?startDate=2026-07-10T00:00:00Z&endDate=2026-07-13T00:00:00Z")
        #expect(try answer.scalar("records").count == 3)
    }

    @Test("buckets older than the retention are left out")
    func retention() async throws {
        let hourly = await world.usage("records", from: "2026-04-15T00:00:00Z", to: "2026-04-22T00:00:00Z")
        #expect(try hourly.scalar("records").keys.min() == (try time("2026-04-16T11:00:00Z")))
        let gone = await world.usage("records", from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z")
        #expect(gone.text == "{}")
        let daily = await world.usage(
            "records", from: "2025-07-01T00:00:00Z", to: "2026-06-30T00:00:00Z", granularity: "daily")
        #expect(try daily.scalar("records").keys.min() == (try time("2025-07-16T00:00:00Z")))
    }

    @Test("every index can be asked for by its percent-encoded name", arguments: SimulatorConfiguration.awkwardIndices)
    func awkwardNames(index: IndexName) async throws {
        let answer = await world.usage("records", index: index)
        #expect(answer.status == 200)
        #expect(try answer.scalar("records").count == 24)
        #expect(world.simulator.requests.last?.index == index)
    }

    @Test("a plus in a path is a plus")
    func plus() async {
        let range = UsageValidationTests.range
        #expect(await world.get("/1/usage/records/a+b" + range).status == 200)
        #expect(await world.get("/1/usage/records/product+variants" + range).status == 404)
    }

    @Test("gzip is used when the client takes it", arguments: ["gzip", "deflate, GZIP;q=0.5", "br,gzip"])
    func gzip(coding: String) async {
        let target = World.target("*")
        let plain = await world.get(target)
        #expect(plain.header("Content-Encoding") == nil)
        let packed = await world.get(target, headers: World.headers() + [("Accept-Encoding", coding)])
        #expect(packed.header("content-encoding") == "gzip")
        #expect(packed.body.starts(with: [0x1f, 0x8b]))
        #expect(packed.body.count * 3 < plain.body.count)
        let refused = await world.get(target, headers: World.headers() + [("Accept-Encoding", "gzip;q=0")])
        #expect(refused.body == plain.body)
    }

    @Test("the log tells what was asked, and no key")
    func log() async throws {
        _ = await world.usage("records,search_operations", index: "shop/eu")
        let record = try #require(world.simulator.requests.first)
        #expect(record.number == 1)
        #expect(record.api == .usage)
        #expect(record.index == "shop/eu")
        #expect(record.path == "/1/usage/records,search_operations/shop%2Feu")
        #expect(record.statistics == ["records", "search_operations"])
        #expect(record.granularity == .hourly)
        #expect(record.range == TimeRange(try time("2026-07-14T00:00:00Z"), try time("2026-07-15T00:00:00Z")))
        #expect(record.status == 200)
        #expect(!"\(record)".contains("demo-usage-key"))
        world.simulator.clearRequests()
        #expect(world.simulator.requests.isEmpty)
    }

    @Test("waiting for requests ends with the request that is waited for")
    func waiting() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await world.simulator.waitForRequests(3) }
            for _ in 0..<3 { _ = await world.usage("records") }
            await group.waitForAll()
        }
        #expect(world.simulator.requests.map(\.number) == [1, 2, 3])
    }
}
