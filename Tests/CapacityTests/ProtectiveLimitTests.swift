import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite("The protective limit of indexing operations") struct ProtectiveLimitTests {
    /// 2026-01-05 is the first day: the report ends on 15 May.
    private func report(operations: @escaping (Int) -> Double?, records: Double? = 5000) -> CapacityReport {
        var fixture = CapacityFixture(days: 131)
        fixture.add("billed_search_requests") { _ in 1000 }
        if let records { fixture.add("records") { _ in records } }
        fixture.add("total_write_operations", operations)
        return CapacityReport(fixture.input)
    }

    @Test func `is ten operations for each search request and record that is used`() throws {
        let limit = try #require(report { _ in 100_000 }.protectiveLimit)
        #expect(limit.month == CapacityFixture.day("2026-05-01")..<CapacityFixture.day("2026-06-01"))
        #expect(limit.used == 1_500_000)
        // 15 days of 1,000 requests, and 5,000 records.
        #expect(limit.allowed == 200_000)
        #expect(limit.utilization == 7.5)
        #expect(abs(try #require(limit.projection?.mean) - 3_100_000) < 1)
        #expect(abs(try #require(limit.projectedAllowed) - 360_000) < 1)
        #expect(limit.projection?.exceedance == 1)
    }

    @Test func `is far away for an application that indexes little`() throws {
        let limit = try #require(report { _ in 10 }.protectiveLimit)
        #expect(limit.utilization == 150 / 200_000.0)
        #expect(limit.projection?.exceedance == 0)
    }

    @Test func `is not known without records, and absent without operations`() throws {
        let limit = try #require(report(operations: { _ in 10 }, records: nil).protectiveLimit)
        #expect(limit.used == 150 && limit.allowed == nil && limit.utilization == nil)
        #expect(limit.projectedAllowed == nil && limit.projection?.exceedance == nil)
        #expect(report { _ in nil }.protectiveLimit == nil)
        #expect(report { $0 < 100 ? 5 : nil }.protectiveLimit == nil)
    }

    @Test func `counts days without a number as not known`() throws {
        let limit = try #require(report { $0 == 125 ? nil : 10 }.protectiveLimit)
        #expect(limit.used == 140 && limit.usedCoverage == 14.0 / 15)
    }
}
