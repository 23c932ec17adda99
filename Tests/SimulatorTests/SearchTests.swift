import Simulator
import Testing
import UsageModel

@Suite("Search API")
struct SearchTests {
    let world = World()
    let headers = World.headers("demo-search-key")

    private func names(_ answer: SimulatedResponse) throws -> [IndexName] {
        try #require(try answer.object()["items"] as? [[String: Any]]).compactMap {
            ($0["name"] as? String).flatMap { IndexName($0) }
        }
    }

    @Test("all indices come on one page by default")
    func onePage() async throws {
        let answer = await world.get("/1/indexes", headers: headers)
        #expect(try names(answer) == SimulatorConfiguration.awkwardIndices)
        #expect(try answer.object()["nbPages"] as? Int == 1)
        let first = try #require(try answer.object()["items"] as? [[String: Any]]).first
        #expect(first?["entries"] as? Int ?? 0 > 1000)
        #expect(first?["updatedAt"] as? String == "2026-07-15T10:00:00.000Z")
    }

    @Test("pages hold every index once")
    func pages() async throws {
        var seen: [IndexName] = []
        for page in 0..<4 {
            let answer = await world.get("/1/indexes?page=\(page)&hitsPerPage=10", headers: headers)
            #expect(try answer.object()["nbPages"] as? Int == 3)
            seen += try names(answer)
        }
        #expect(seen == SimulatorConfiguration.awkwardIndices)
    }

    @Test("without a page all indices come, however many there are")
    func notPaged() async throws {
        let world = World(indices: (0..<230).compactMap { IndexName("index_\($0)") })
        for target in ["/1/indexes", "/1/indexes?hitsPerPage=10"] {
            let answer = await world.get(target, headers: headers)
            #expect(try names(answer).count == 230)
            #expect(try answer.object()["nbPages"] as? Int == 1)
        }
        let page = await world.get("/1/indexes?page=2", headers: headers)
        #expect(try names(page).count == 30)
        #expect(try page.object()["nbPages"] as? Int == 3)
    }

    @Test("items say what each index is: its dates, sizes, and whose replica it is")
    func items() async throws {
        let answer = await world.get("/1/indexes", headers: headers)
        let items = try #require(try answer.object()["items"] as? [[String: Any]])
        for item in items {
            for attribute in ["entries", "dataSize", "fileSize", "lastBuildTimeS", "numberOfPendingTasks"] {
                #expect(item[attribute] as? Int != nil, "\(attribute)")
            }
            #expect(item["pendingTask"] as? Bool == false)
            #expect((item["createdAt"] as? String)?.hasSuffix(".000Z") == true)
        }
        func item(_ name: String) throws -> [String: Any] {
            try #require(items.first { $0["name"] as? String == name })
        }
        let primary = try item("products")
        #expect(primary["replicas"] as? [String] == ["products_price_asc", "products_price_desc"])
        #expect(primary["primary"] == nil)
        #expect(try item("products_price_asc")["primary"] as? String == "products")
        #expect(try item("products_price_asc")["virtual"] == nil)
        #expect(try item("products_price_desc")["virtual"] as? Bool == true)
        for attribute in ["primary", "replicas", "virtual"] { #expect(try item("products_fr")[attribute] == nil) }
    }

    @Test("a wrong page is 400, a wrong key 403")
    func refused() async {
        #expect(await world.get("/1/indexes?page=-1", headers: headers).status == 400)
        #expect(await world.get("/1/indexes?hitsPerPage=1001", headers: headers).status == 400)
        for headers in [World.headers(), [], World.headers("demo-search-key", application: "OTHER")] {
            let answer = await world.get("/1/indexes", headers: headers)
            #expect(answer.status == 403)
            #expect(answer.text == #"{"status":403,"message":"Invalid Application-ID or API key"}"#)
        }
    }

    @Test("an index is listed from the hour it was created in")
    func creation() async throws {
        let name = SimulatorConfiguration.awkwardIndices[14]
        let created = try #require(world.truth.created(application: World.application, index: name))
        #expect(!world.truth.indices(application: World.application, at: created - 1).contains(name))
        #expect(world.truth.indices(application: World.application, at: created).contains(name))
    }

    @Test("the levels are those of the Usage API, and grow with each other")
    func levels() async throws {
        let answer = await world.get("/1/indexes", headers: headers)
        let items = try #require(try answer.object()["items"] as? [[String: Any]])
        for item in items {
            let index = try #require((item["name"] as? String).flatMap { IndexName($0) })
            for (attribute, statistic) in [
                ("entries", "records"), ("dataSize", "data_size"), ("fileSize", "file_size"),
            ] as [(String, StatisticName)] {
                let value = world.truth.value(
                    application: World.application, index: index, statistic: statistic, granularity: .hourly,
                    bucket: world.clock.now - 1)
                #expect(item[attribute] as? Int == value.map { Int($0.double) }, "\(attribute) of \(index)")
            }
        }
        let times = items.compactMap { $0["lastBuildTimeS"] as? Int }
        #expect(try #require(times.first) > (try #require(times.last)) && times.allSatisfy { $0 >= 1 })
    }

    @Test("an index that nobody updates stands still, and says since when")
    func untouched() async throws {
        var application = SimulatedApplication(
            id: "APP", usageKey: "u", searchKey: "s", indices: ["live", "still"])
        let updated = SimulatorConfiguration.defaultOrigin - 10 * 86_400 + 1234
        application.lastUpdates = ["still": updated]
        let truth = Truth(seed: 1, origin: SimulatorConfiguration.defaultOrigin, applications: [application])
        let hour = Granularity.hourly.floor(updated)
        func records(_ index: IndexName, _ days: Int64) -> PointValue? {
            truth.value(
                application: "APP", index: index, statistic: "records", granularity: .hourly,
                bucket: hour + days * 86_400)
        }
        #expect(records("still", 0) == records("still", 30) && records("still", -30) != records("still", 0))
        #expect(records("live", 0) != records("live", 30))
        #expect(truth.updated(application: "APP", index: "still", at: hour + 86_400) == hour)
        #expect(truth.updated(application: "APP", index: "live", at: hour + 86_400 + 5) == hour + 86_400)
        #expect(truth.updated(application: "APP", index: "still", at: hour - 86_400) == hour - 86_400)
    }
}
