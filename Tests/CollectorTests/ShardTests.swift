import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Shards")
struct ShardTests {
    @Test("A shard is written number/count", arguments: ["0/3", "4/3", "1/0", "1", "a/b", "1/3/5", "", "-1/3", "1/"])
    func wrong(text: String) {
        #expect(Shard(text) == nil)
        #expect(Shard("2/3") == Shard(2, of: 3))
    }

    @Test("Every scope belongs to exactly one shard, about as many to each", arguments: [1, 2, 3, 7])
    func partition(count: Int) throws {
        var owned = Array(repeating: 0, count: count)
        let shards = try (1...count).map { try #require(Shard($0, of: count)) }
        for number in 0..<3000 {
            let scope = Scope(application: "APP\(number % 10)", index: number < 10 ? "" : "index_\(number)")
            let owners = shards.indices.filter { shards[$0].owns(scope) }
            #expect(owners.count == 1)
            owned[owners[0]] += 1
        }
        for one in owned { #expect(abs(one - 3000 / count) < 200) }
    }

    @Test("Whose a scope is never changes between versions")
    func stable() throws {
        let shards = try (1...3).map { try #require(Shard($0, of: 3)) }
        let owners = (["", "products", "shop/eu", "商品"] as [IndexName]).map { index in
            shards.firstIndex { $0.owns(Scope(application: "APP", index: index)) }
        }
        #expect(owners == [2, 1, 1, 0])
    }

    @Test("Three processes together collect what one would, and nothing twice")
    func together() async throws {
        let names = (0..<12).map { "index_\($0)" as IndexName }
        let world = World(indices: names)
        var seen: [Set<Scope>] = []
        var series: [SeriesKey] = []
        for number in 1...3 {
            var settings = CollectionSettings()
            settings.horizon = 2 * 86_400
            settings.shard = Shard(number, of: 3)
            let history = try History(path: world.folder.file("\(number).db"))
            let collector = try world.collector(history, settings: settings)
            #expect(try await world.settle(collector))
            seen.append(Set(try await history.coverage().map(\.scope)))
            series += try await history.storedSeries().map(\.key)
        }
        #expect(Set(series).count == series.count, "the list of indices is every shard's, its sums are one's")
        #expect(series.contains { $0.api == .search && $0.index.isEmpty })
        #expect(seen.reduce(0) { $0 + $1.count } == 13)
        #expect(seen.reduce(into: Set()) { $0.formUnion($1) }.count == 13)
    }
}
