import Capacity
import Foundation
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("Capacity on /metrics")
struct CapacityGaugesTests {
    private static let contract = Contract(searchRequestsPerMonth: 400_000, records: 60_000)

    /// The samples of one family, by limit.
    private func samples(_ name: String, _ page: String) -> [String: Double] {
        var samples: [String: Double] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("\(name){") {
            guard let limit = line.firstMatch(of: /limit="([^"]*)"/), let value = line.split(separator: " ").last
            else { continue }
            samples[String(limit.1)] = Double(value)
        }
        return samples
    }

    @Test("Has a gauge for each limit that was agreed, equal to the report")
    func gauges() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site)
        let exporter = site.exporter(planning: CapacityPageTests.planning) { [] }
        try await withServer(exporter) { web in
            // A scrape waits for nothing.
            #expect(!(try await web.get("/metrics").text).contains("algolia_capacity_"))
            let report = try await exporter.capacity.report("APP")
            site.clock.advance(by: 1)
            let page = try await web.get("/metrics").text
            for limit in report.limits where limit.agreed != nil {
                let name = limit.limit.rawValue
                #expect(samples("algolia_capacity_utilization_ratio", page)[name] == limit.utilization)
                #expect(samples("algolia_capacity_projected_ratio", page)[name] == limit.projectedUtilization)
                #expect(samples("algolia_capacity_exceedance_ratio", page)[name] == limit.projection?.exceedance)
            }
            #expect(samples("algolia_capacity_utilization_ratio", page).count == 2)
            #expect(samples("algolia_capacity_coverage_ratio", page) == ["search_requests_per_month": 1, "records": 1])
            let reached = samples("algolia_capacity_exhaustion_timestamp_seconds", page)
            guard case .expected(let day, _, _) = report.limits[1].exhaustion else {
                Issue.record("\(report.limits[1].exhaustion)")
                return
            }
            #expect(reached["records"] == Double(day * 86_400))
        }
    }

    @Test("Has gauges for the term of a commitment, and for the cost of what exceeds it")
    func annual() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site)
        let planning = CapacityCache.Planning(contracts: { ["APP": CapacityPageTests.commitments] })
        let exporter = site.exporter(planning: planning) { [] }
        try await withServer(exporter) { web in
            let report = try await exporter.capacity.report("APP")
            site.clock.advance(by: 1)
            let page = try await web.get("/metrics").text
            let limit = try #require(report.limits.first { $0.limit == .searchRequestsPerYear })
            let name = "search_requests_per_year"
            #expect(samples("algolia_capacity_utilization_ratio", page)[name] == limit.utilization)
            #expect(samples("algolia_capacity_projected_ratio", page)[name] == limit.projectedUtilization)
            #expect(samples("algolia_capacity_pace_ratio", page)[name] == limit.term?.pace)
            let months = samples("algolia_capacity_months_over_twelfth", page)
            #expect(months[name] == limit.term.map { Double($0.monthsOver.count) } && months.count == 2)
            let cost = try #require(limit.excessCost)
            #expect(cost.mean > 0)
            #expect(samples("algolia_capacity_excess_cost", page) == [name: cost.mean])
            let lower = try #require(samples("algolia_capacity_excess_cost_lower80", page)[name])
            let upper = try #require(samples("algolia_capacity_excess_cost_upper80", page)[name])
            #expect(lower < cost.mean && cost.mean < upper)
            #expect(
                page.contains("algolia_capacity_excess_cost{application=\"APP\",limit=\"\(name)\",currency=\"USD\"}"))
            #expect(samples("algolia_capacity_utilization_ratio", page)["records_per_year"] != nil)
        }
    }

    @Test("What is older than a day's staleness is left out, rather than repeated for ever")
    func stale() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site, days: 10)
        let exporter = site.exporter(planning: CapacityPageTests.planning) { [] }
        try await withServer(exporter) { web in
            _ = try await exporter.capacity.reports()
            #expect(try await web.get("/metrics").text.contains("algolia_capacity_utilization_ratio"))
            site.clock.advance(by: 50 * 3600)
            #expect(!(try await web.get("/metrics").text).contains("algolia_capacity_"))
        }
    }

    @Test("With another contract the gauges are gone until they are made anew")
    func reload() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site, days: 10)
        let contract = Mutex(Self.contract)
        let planning = CapacityCache.Planning(contracts: { ["APP": contract.withLock(\.self)] })
        let exporter = site.exporter(planning: planning) { [] }
        let first = try await exporter.capacity.report("APP")
        #expect(await exporter.capacity.ready(staleness: 180_000).count == 1)
        contract.withLock { $0.records = 30_000 }
        #expect(await exporter.capacity.ready(staleness: 180_000).isEmpty)
        await CapacityKeeper(exporter).pass()
        let second = try #require(await exporter.capacity.ready(staleness: 180_000).first)
        #expect(second.limits[1].utilization == first.limits[1].utilization.map { $0 * 2 })
    }

    @Test("A report is kept while nothing changes, and not long when the history does")
    func kept() async throws {
        let site = try Site()
        try await CapacityPageTests.store(site, days: 10)
        let cache = site.exporter(planning: CapacityPageTests.planning) { [] }.capacity
        let before = try await cache.report("APP").limits[1].used
        let end = Granularity.daily.floor(site.clock.now - 7200)
        try await site.store(
            "records", granularity: .daily, (1...4).map { Point(time: end - $0 * 86_400, value: .integer(59_000)) })
        #expect(try await cache.report("APP").limits[1].used == before)
        // On a clock that stands still it took no time at all.
        site.clock.advance(by: 1)
        #expect(try await cache.report("APP").limits[1].used == 59_000)
    }
}
