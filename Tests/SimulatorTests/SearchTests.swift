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

    @Test("a wrong page is 400, a wrong key 403")
    func refused() async {
        #expect(await world.get("/1/indexes?page=-1", headers: headers).status == 400)
        #expect(await world.get("/1/indexes?hitsPerPage=1001", headers: headers).status == 400)
        #expect(await world.get("/1/indexes").status == 403)
    }

    @Test("an index is listed from the hour it was created in")
    func creation() async throws {
        let name = SimulatorConfiguration.awkwardIndices[14]
        let created = try #require(world.truth.created(application: World.application, index: name))
        #expect(!world.truth.indices(application: World.application, at: created - 1).contains(name))
        #expect(world.truth.indices(application: World.application, at: created).contains(name))
    }
}
