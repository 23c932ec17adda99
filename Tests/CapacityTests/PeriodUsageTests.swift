import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite struct PeriodUsageTests {
    private func months(_ fixture: CapacityFixture, _ statistic: StatisticName = "total_operations") -> [PeriodUsage] {
        let input = fixture.input
        return PeriodUsage.periods(input.days(statistic), of: .month, aggregate: .sum, in: input)
    }

    @Test func `months are whole but for the one that runs and the one that the report begins in`() {
        var fixture = CapacityFixture(from: "2026-01-22", days: 10 + 28 + 15)
        fixture.add("total_operations") { _ in 2 }
        #expect(
            months(fixture) == [
                PeriodUsage(
                    days: CapacityFixture.day("2026-01-01")..<CapacityFixture.day("2026-02-01"), value: 20,
                    coverage: 10.0 / 31, isRunning: false),
                PeriodUsage(
                    days: CapacityFixture.day("2026-02-01")..<CapacityFixture.day("2026-03-01"), value: 56,
                    coverage: 1, isRunning: false),
                PeriodUsage(
                    days: CapacityFixture.day("2026-03-01")..<CapacityFixture.day("2026-04-01"), value: 30,
                    coverage: 15.0 / 31, isRunning: true),
            ])
    }

    @Test(arguments: [("2028-02-01", 29), ("2026-02-01", 28), ("2026-04-01", 30), ("2026-12-01", 31)])
    func `a month is over after its last day and not before`(first: String, length: Int) {
        var whole = CapacityFixture(from: first, days: length)
        whole.add("total_operations") { _ in 1 }
        #expect(months(whole).map(\.isRunning) == [false])
        #expect(months(whole).map(\.value) == [Double(length)])
        #expect(months(whole).map(\.coverage) == [1])
        var running = CapacityFixture(from: first, days: length - 1)
        running.add("total_operations") { _ in 1 }
        #expect(months(running).map(\.isRunning) == [true])
        #expect(months(running).map(\.days.count) == [length])
    }

    @Test func `a leap day is a day of its month`() {
        var fixture = CapacityFixture(from: "2028-02-01", days: 60)
        fixture.add("total_operations") { $0 == 28 ? 7 : nil }
        #expect(months(fixture).map(\.value) == [7, nil])
        #expect(months(fixture).map(\.coverage) == [1, 1])
    }

    @Test func `days that were not fetched lower the coverage, days without a value do not`() {
        var fixture = CapacityFixture(from: "2026-04-01", days: 30)
        fixture.add("total_operations") { $0 < 20 ? 1 : nil }
        fixture.leaveOut(0..<15)
        #expect(months(fixture).map(\.coverage) == [0.5])
        #expect(months(fixture).map(\.value) == [5])
    }

    @Test func `a month that was fetched without a value has none`() {
        let fixture = CapacityFixture(from: "2026-04-01", days: 30)
        #expect(months(fixture).map(\.value) == [nil])
        #expect(months(fixture).map(\.coverage) == [1])
    }

    @Test func `an index has a coverage of its own`() {
        var fixture = CapacityFixture(from: "2026-04-01", days: 30, indices: ["products"])
        fixture.leaveOut(0..<3, index: "products")
        let input = fixture.input
        func coverage(_ index: IndexName) -> [Double] {
            PeriodUsage.periods(nil, of: .month, aggregate: .sum, in: input, index: index).map(\.coverage)
        }
        #expect(coverage("products") == [0.9])
        #expect(coverage("") == [1])
        #expect(coverage("another") == [0])
    }

    @Test func `weeks begin on Monday`() {
        // A Thursday.
        var fixture = CapacityFixture(from: "2026-01-01", days: 11)
        fixture.add("total_operations") { _ in 1 }
        let input = fixture.input
        let weeks = PeriodUsage.periods(input.days("total_operations"), of: .week, aggregate: .sum, in: input)
        #expect(weeks.map(\.value) == [4, 7])
        #expect(weeks.map(\.coverage) == [4.0 / 7, 1])
        #expect(weeks.map(\.days.lowerBound) == [fixture.day(-3), fixture.day(4)])
        #expect(weeks.map(\.isRunning) == [false, false])
    }

    @Test func `what lies outside the report's days does not count`() {
        var fixture = CapacityFixture(from: "2026-04-01", days: 30)
        fixture.add("total_operations") { _ in 1 }
        var input = fixture.input
        input.days = fixture.day(10)..<fixture.day(20)
        let months = PeriodUsage.periods(input.days("total_operations"), of: .month, aggregate: .sum, in: input)
        #expect(months.map(\.value) == [10])
        #expect(months.map(\.coverage) == [10.0 / 30])
        #expect(months.map(\.isRunning) == [true])
    }

    @Test func `no days have no periods`() {
        #expect(months(CapacityFixture(days: 0)).isEmpty)
    }
}
