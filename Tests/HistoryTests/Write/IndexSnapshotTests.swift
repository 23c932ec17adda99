import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Lists of indices")
struct IndexSnapshotTests {
    private func index(
        _ name: IndexName, _ entries: Int64? = 10, primary: IndexName? = nil, isVirtual: Bool = false
    ) -> ListedIndex {
        var index = ListedIndex(name)
        index.entries = entries.map { .integer($0) }
        index.dataSize = .integer(1000)
        index.fileSize = .integer(2000)
        index.lastBuildTime = .integer(3)
        index.primary = primary
        index.isVirtual = isVirtual
        return index
    }

    private func store(
        _ fixture: Fixture, _ indices: [ListedIndex], at time: UnixTime, isWhole: Bool = true,
        collected: Set<IndexName>? = nil
    ) async throws {
        _ = try await fixture.history.store(
            IndexSnapshot(
                application: "APP", indices: indices, isWhole: isWhole,
                collected: collected ?? Set(indices.map(\.name)), time: time))
    }

    private func inventory(_ fixture: Fixture) async throws -> [IndexName: InventoriedIndex] {
        let indices = try await fixture.history.indexInventory(application: "APP")?.indices ?? []
        return Dictionary(uniqueKeysWithValues: indices.map { ($0.name, $0) })
    }

    @Test("Levels are points of the hour and of the day of the list, and a later list of the same replaces them")
    func levels() async throws {
        let fixture = try Fixture()
        try await store(fixture, [index("a", 10)], at: midnight + 60)
        try await store(fixture, [index("a", 11)], at: midnight + 3599)
        try await store(fixture, [index("a", 12)], at: midnight + 3600)
        let hours = try await fixture.read("index_entries", index: "a")
        #expect(
            hours == [Point(time: midnight, value: .integer(11)), Point(time: midnight + 3600, value: .integer(12))])
        let days = try await fixture.read("index_entries", index: "a", granularity: .daily)
        #expect(days == [Point(time: midnight, value: .integer(12))])
        for (statistic, value) in [("index_data_size", 1000), ("index_file_size", 2000), ("index_last_build_time", 3)]
            as [(StatisticName, Int64)]
        {
            #expect(try await fixture.read(statistic, index: "a").last?.value == .integer(value))
        }
    }

    @Test("An application has the sums over its indices, without virtual replicas, which hold nothing")
    func sums() async throws {
        let fixture = try Fixture()
        let indices = [
            index("a", 10), index("a_asc", 10, primary: "a"), index("a_desc", 10, primary: "a", isVirtual: true),
        ]
        try await store(fixture, indices, at: midnight, collected: ["a"])
        #expect(try await fixture.read("index_entries") == [Point(time: midnight, value: .integer(20))])
        #expect(try await fixture.read("index_file_size") == [Point(time: midnight, value: .integer(4000))])
        #expect(try await fixture.read("index_last_build_time").isEmpty, "a duration has no sum")
        #expect(try await fixture.read("index_entries", index: "a_asc").isEmpty, "it is not collected")
        #expect(try await inventory(fixture).count == 3)
    }

    @Test("There is no sum of a part: where an index does not say its own, or indices are missing")
    func noSum() async throws {
        let fixture = try Fixture()
        try await store(fixture, [index("a", 10), index("b", nil)], at: midnight)
        try await store(fixture, [index("a", 10)], at: midnight + 3600, isWhole: false)
        #expect(try await fixture.read("index_entries").isEmpty)
        #expect(try await fixture.read("index_data_size") == [Point(time: midnight, value: .integer(2000))])
        #expect(try await fixture.read("index_entries", index: "a").count == 2)
        try await store(fixture, [], at: midnight + 7200)
        #expect(try await fixture.read("index_entries") == [Point(time: midnight + 7200, value: .integer(0))])
    }

    @Test("What is answered of the Usage API does not change")
    func coverage() async throws {
        let fixture = try Fixture()
        try await store(fixture, [index("a")], at: midnight)
        #expect(try await fixture.history.coverage().isEmpty)
        #expect(try await fixture.history.freshness().isEmpty)
        #expect(try await fixture.history.answered(application: "APP").isEmpty)
        #expect(try await !fixture.history.hasAnswers())
        #expect(try await fixture.history.hasIndexLists())
        #expect(try await fixture.history.knownIndices(application: "APP").isEmpty)
    }

    @Test("The inventory knows when an index was listed first and last, when it went, and what it is now")
    func inventory() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.history.indexInventory(application: "APP") == nil)
        var first = index("a", primary: "b")
        first.created = midnight - 86_400
        first.replicas = ["x\"y", "caf\u{E9}", "cafe\u{301}"]
        try await store(fixture, [first, index("b")], at: midnight)
        try await store(fixture, [index("b")], at: midnight + 3600, isWhole: false)
        #expect(try await inventory(fixture)["a"]?.gone == nil, "a list that lacks indices proves nothing")
        try await store(fixture, [index("b")], at: midnight + 7200)
        let gone = try #require(try await inventory(fixture)["a"])
        #expect(gone.firstSeen == midnight && gone.lastSeen == midnight && gone.gone == midnight + 7200)
        #expect(gone.created == midnight - 86_400 && gone.updated == nil && gone.primary == "b" && !gone.isVirtual)
        #expect(gone.replicas == ["x\"y", "caf\u{E9}", "cafe\u{301}"])
        try await store(fixture, [index("b")], at: midnight + 10_800)
        #expect(try await inventory(fixture)["a"]?.gone == midnight + 7200)
        try await store(fixture, [index("a", isVirtual: true), index("b")], at: midnight + 14_400)
        let back = try #require(try await inventory(fixture)["a"])
        #expect(back.firstSeen == midnight && back.lastSeen == midnight + 14_400 && back.gone == nil)
        #expect(back.isVirtual && back.primary == nil && back.replicas.isEmpty && back.created == nil)
        let list = try #require(try await fixture.history.indexInventory(application: "APP"))
        #expect(list.firstFetched == midnight && list.fetched == midnight + 14_400 && list.isWhole)
        #expect(try await fixture.history.indexInventory(application: "OTHER") == nil)
    }

    @Test("The newest values are those of the indices that the newest list has")
    func latest() async throws {
        let fixture = try Fixture()
        try await store(fixture, [index("a", 1), index("b", 2)], at: midnight + 300)
        try await store(fixture, [index("b", 3)], at: midnight + 3700)
        let entries = try await fixture.history.latest().series.filter { $0.key.statistic == "index_entries" }
        #expect(entries.map(\.key.index) == ["", "b"])
        #expect(entries.map(\.hourly) == Array(repeating: Point(time: midnight + 3600, value: .integer(3)), count: 2))
        #expect(entries.allSatisfy { $0.key.api == .search && $0.daily == nil && $0.total == nil })
    }

    @Test("The coverage of a range is the share of its buckets with a list, whichever index is asked for")
    func share() async throws {
        let fixture = try Fixture()
        for hour in [0, 1, 3, 4] as [Int64] {
            let indices = hour < 3 ? [index("a")] : [index("a"), index("young")]
            try await store(fixture, indices, at: midnight + hour * 3600 + 60)
        }
        for selection in [.application, .all, .names(["young"])] as [IndexSelection] {
            let answer = try await fixture.history.range(
                RangeQuery(
                    statistics: ["index_entries"], indices: selection, range: TimeRange(midnight, midnight + 5 * 3600)),
                now: midnight + 86_400)
            #expect(answer.coverage == 0.8, "\(selection)")
        }
        let other = try await fixture.history.range(
            RangeQuery(statistics: ["records"], range: TimeRange(midnight, midnight + 3600)), now: midnight + 86_400)
        #expect(other.coverage == 0)
    }

    @Test("An hour is sent to receivers once it is over")
    func remoteWrite() async throws {
        let fixture = try OutboxFixture()
        let outbox = fixture.outbox()
        for hour in 0..<3 as Range<Int64> {
            _ = try await fixture.history.store(
                IndexSnapshot(
                    application: "APP", indices: [index("a", hour)], isWhole: true, collected: ["a"],
                    time: midnight + hour * 3600 + 61))
        }
        let sent = try await fixture.drain(outbox, now: midnight + 2 * 3600 + 120)
        let hours = sent.filter { $0.statistic == "index_entries" }.map(\.hour)
        #expect(Set(hours) == [0, 1], "\(sent)")
    }

    @Test("What a clock that was ahead has stamped is void")
    func future() async throws {
        let fixture = try Fixture()
        let ahead = midnight + 5 * 86_400
        try await store(fixture, [index("a"), index("b")], at: midnight + 60)
        try await store(fixture, [index("a", 77)], at: ahead)
        let now = midnight + 120
        let forgotten = try await fixture.history.forgetFuture(
            application: "APP", [.hourly, .daily], now: now, settleDelay: 7200)
        #expect(forgotten == ForgottenFuture(latest: ahead))
        #expect(try await fixture.read("index_entries", index: "a") == [Point(time: midnight, value: .integer(10))])
        #expect(try await fixture.read("index_entries", index: "a", granularity: .daily).count == 1)
        let list = try #require(try await fixture.history.indexInventory(application: "APP"))
        #expect(list.fetched == now && list.indices.map(\.lastSeen) == [now, midnight + 60])
        #expect(list.indices[1].gone == now)
        let again = try await fixture.history.forgetFuture(
            application: "APP", [.hourly, .daily], now: now, settleDelay: 7200)
        #expect(again == nil)
    }

    @Test("An application has the indices that were listed, whether their usage was ever answered or not")
    func applications() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: midnight)
        try await store(fixture, [index("a")], at: midnight)
        #expect(try await fixture.history.applications().first?.indices == ["a"])
    }
}
