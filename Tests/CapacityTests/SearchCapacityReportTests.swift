import Forecast
import TestSupport
import Testing

@testable import Capacity
import UsageModel

@Suite struct SearchCapacityReportTests {
    @Test func `high peaks are counted in the newest four weeks`() {
        var fixture = CapacityFixture(days: 100)
        fixture.add("total_used_search_capacity") { day in
            switch day {
            case 60, 71: 100
            case 72, 80: 100
            case 73: 80
            case 74: 79.9
            default: 20
            }
        }
        fixture.add("total_avg_used_search_capacity") { _ in 5 }
        let report = SearchCapacityReport(fixture.input)
        #expect(report.daysAbove80 == 3)
        #expect(report.daysSaturated == 2)
        #expect(report.highest == DayValue(day: fixture.day(80), value: 100))
        #expect(report.peaks?.values.count == 100)
        #expect(report.means?.values.first == 5)
    }

    @Test func `degraded queries are told by server and cause, the worst day first`() {
        var fixture = CapacityFixture(days: 10)
        fixture.add("degraded_queries_ssd_used_queries_impacted", key: "a") { $0 == 3 ? 2 : 0 }
        fixture.add("degraded_queries_max_capacity_queries_impacted", key: "a") { [4, 5].contains($0) ? 7.5 : nil }
        fixture.add("degraded_queries_max_capacity_queries_impacted", key: "b") { $0 < 3 ? 2 : 0 }
        fixture.add("degraded_queries_max_capacity_queries_impacted", key: "c") { _ in 0 }
        fixture.add("used_search_capacity", key: "a") { [4, 5].contains($0) ? 90 + Double($0) : 30 }
        fixture.add("total_used_search_capacity") { $0 == 1 ? 80 : 40 }
        let degraded = SearchCapacityReport(fixture.input).degraded
        #expect(
            degraded == [
                DegradedQueries(
                    server: "a", cause: .capacity, days: 2, worst: DayValue(day: fixture.day(5), value: 7.5),
                    recentDays: 2, recentWorst: DayValue(day: fixture.day(5), value: 7.5),
                    peakOnThoseDays: 94.5, peakOnOtherDays: 30),
                DegradedQueries(
                    server: "b", cause: .capacity, days: 3, worst: DayValue(day: fixture.day(2), value: 2),
                    recentDays: 3, recentWorst: DayValue(day: fixture.day(2), value: 2),
                    peakOnThoseDays: 40, peakOnOtherDays: 40),
                DegradedQueries(
                    server: "a", cause: .ssd, days: 1, worst: DayValue(day: fixture.day(3), value: 2),
                    recentDays: 1, recentWorst: DayValue(day: fixture.day(3), value: 2),
                    peakOnThoseDays: 30, peakOnOtherDays: 30),
            ])
    }

    @Test func `degraded queries of the newest four weeks are told apart`() throws {
        var fixture = CapacityFixture(days: 100)
        fixture.add("degraded_queries_ssd_used_queries_impacted", key: "a") { [5, 71].contains($0) ? 9 : 0 }
        fixture.add("degraded_queries_ssd_used_queries_impacted", key: "b") { $0 == 1 ? 3 : $0 >= 72 ? 0.5 : 0 }
        let degraded = SearchCapacityReport(fixture.input).degraded
        #expect(degraded.map(\.days) == [2, 29])
        #expect(degraded.map(\.recentDays) == [0, 28])
        #expect(degraded.map(\.recentWorst) == [nil, DayValue(day: fixture.day(99), value: 0.5)])
    }

    @Test func `peaks that nobody knows are none`() {
        var fixture = CapacityFixture(days: 10)
        fixture.add("degraded_queries_ssd_used_queries_impacted", key: "a") { _ in 1 }
        let degraded = SearchCapacityReport(fixture.input).degraded
        #expect(degraded.map(\.peakOnThoseDays) == [nil])
        #expect(degraded.map(\.peakOnOtherDays) == [nil])
    }

    @Test func `nothing reported is nothing`() {
        let report = SearchCapacityReport(CapacityFixture(days: 0).input)
        #expect(report.peaks == nil && report.means == nil && report.highest == nil)
        #expect(report.daysAbove80 == 0 && report.daysSaturated == 0 && report.degraded.isEmpty)
    }
}
