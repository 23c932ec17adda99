@testable import Capacity
import History
import TestSupport
import Testing
import UsageModel

@Suite("The list of indices in a report")
struct InventoryReportTests {
    private let now: UnixTime = 1_784_110_800
    private let day: Int64 = 86_400

    private func index(
        _ name: IndexName, _ entries: Int64? = 100, of primary: IndexName? = nil, isVirtual: Bool = false,
        created: Int64? = nil, updated: Int64 = 0, firstSeen: Int64 = 200, gone: Int64? = nil
    ) -> InventoriedIndex {
        InventoriedIndex(
            name, primary: primary, isVirtual: isVirtual, entries: entries.map { .integer($0) },
            created: created.map { now - $0 * day }, updated: now - updated * day, firstSeen: now - firstSeen * day,
            lastSeen: now - (gone.map { ($0 + 1) * day } ?? 0), gone: gone.map { now - $0 * day })
    }

    /// Lists since 200 days ago.
    private func report(_ indices: [InventoriedIndex], agreed: Double? = nil, isWhole: Bool = true) throws
        -> InventoryReport
    {
        var fixture = CapacityFixture(days: 1)
        fixture.inventory = IndexInventory(
            firstFetched: now - 200 * day, fetched: now, isWhole: isWhole, indices: indices)
        fixture.contract.indices = agreed
        return try #require(CapacityReport(fixture.input).inventory)
    }

    @Test("Standard replicas hold their records in full, virtual ones none")
    func replicas() throws {
        let report = try report([
            index("a", 1000), index("a_asc", 1000, of: "a"), index("a_desc", 1000, of: "a", isVirtual: true),
            index("b", 50), index("b_asc", 40, of: "b"), index("b_new", 40, of: "b"), index("old", 7, gone: 100),
        ])
        #expect(report.indices == 6 && report.standardReplicas == 3 && report.virtualReplicas == 1)
        #expect(report.records == 2130 && report.replicaRecords == 1080)
        #expect(
            report.families == [
                ReplicaFamily(primary: "a", standard: 1, virtual: 1, records: 1000),
                ReplicaFamily(primary: "b", standard: 2, virtual: 0, records: 80),
            ])
    }

    @Test("A sum of which a part is not known is not known")
    func unknown() throws {
        let report = try report([index("a", nil), index("a_asc", of: "a"), index("b_asc", nil, of: "b")])
        #expect(report.records == nil && report.replicaRecords == nil)
        #expect(report.families.map(\.records) == [100, nil])
        let virtual = try self.report([index("a"), index("v", nil, of: "a", isVirtual: true)])
        #expect(virtual.records == 100 && virtual.replicaRecords == 0, "what holds nothing need not say it")
    }

    @Test("The number of indices is held against the contract's")
    func limit() throws {
        let indices = (0..<12).map { index("i\($0)") }
        #expect(try report(indices, agreed: 10).utilization == 1.2)
        #expect(try report(indices).utilization == nil)
    }

    @Test("Indices that nobody updated for 90 days, the largest first")
    func untouched() throws {
        let report = try report([
            index("small", 1, updated: 400), index("large", 9, updated: 90), index("fresh", updated: 89),
            index("gone", updated: 300, gone: 3),
        ])
        #expect(report.untouched.map(\.index) == ["large", "small"])
        #expect(report.untouched.map(\.time) == [now - 90 * day, now - 400 * day])
    }

    @Test("An index appeared with the first list that had it; of those that the very first had, the vendor knows")
    func appeared() throws {
        let report = try report([
            index("seen", created: 150, firstSeen: 10), index("created", created: 20), index("old", created: 31),
            index("before", firstSeen: 31), index("unknown"), index("short", firstSeen: 9, gone: 4),
            index("left", firstSeen: 190, gone: 30), index("long_ago", gone: 31),
        ])
        #expect(report.appeared.map(\.index) == ["short", "seen", "created"])
        #expect(report.gone.map(\.index) == ["short", "left"])
    }

    @Test("Without a list there is none")
    func none() {
        #expect(CapacityReport(CapacityFixture(days: 1).input).inventory == nil)
    }
}
