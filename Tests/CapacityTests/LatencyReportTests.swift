import Forecast
import TestSupport
import Testing

@testable import Capacity
import UsageModel

@Suite struct LatencyReportTests {
    @Test func `a month is the median of its days, and its worst day`() throws {
        var fixture = CapacityFixture(from: "2026-04-01", days: 40)
        fixture.add("avg_processing_time") { $0 < 30 ? 2 : 4 }
        fixture.add("90p_processing_time") { $0 < 16 ? 10 : 20 }
        fixture.add("99p_processing_time") { [3, 5].contains($0) ? 900 : 50 }
        fixture.add("queries_above_last_ms_processing_time") { $0 < 10 ? 3 : nil }
        let report = LatencyReport(fixture.input)
        #expect(report.months.count == 2)
        let april = try #require(report.months.first)
        #expect(april.average == 2)
        #expect(april.percentile90 == 10)
        #expect(april.percentile99 == 50)
        #expect(april.worst == DayValue(day: fixture.day(5), value: 900))
        #expect(april.slowQueries == 30)
        #expect(april.month.value == 900)
        #expect(april.month.coverage == 1)
        let may = try #require(report.months.last)
        #expect(may.month.isRunning)
        #expect(may.average == 4)
        #expect(may.slowQueries == nil)
        #expect(report.changePer30Days == 0)
    }

    @Test func `getting slower is told in 30 days`() {
        var fixture = CapacityFixture(days: 200)
        fixture.add("99p_processing_time") { 40 + Double($0) / 10 + noise($0) }
        let change = LatencyReport(fixture.input).changePer30Days ?? 0
        #expect(abs(change - 3) < 0.5)
    }

    @Test func `a month without a value is there, and has none`() {
        var fixture = CapacityFixture(from: "2026-04-01", days: 91)
        fixture.add("99p_processing_time") { (30..<61).contains($0) ? nil : 50 }
        let months = LatencyReport(fixture.input).months
        #expect(months.map(\.percentile99) == [50, nil, 50])
        #expect(months.map(\.average) == [nil, nil, nil])
    }

    @Test func `no processing times are no months`() {
        var fixture = CapacityFixture(days: 91)
        fixture.add("queries_above_last_ms_processing_time") { _ in 1 }
        let report = LatencyReport(fixture.input)
        #expect(report.months.isEmpty)
        #expect(report.percentile99 == nil && report.average == nil && report.changePer30Days == nil)
    }
}
