import Forecast
import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite("Records as they are charged") struct BilledRecordsTests {
    /// A month of daily snapshots: 9,000,000 and 1,000 more each day, with an index held twice on three days.
    private static let snapshots: [Double] = (0..<30).map { day in
        [6, 13, 20].contains(day) ? 15_000_000 : 9_000_000 + 1000 * Double(day)
    }

    private func records(_ values: [Double], agreed: Double, startDay: Int = 1, first: Int64) -> LimitReport {
        LimitReport(
            .records,
            CapacityInput(
                application: "APP", contract: Contract(records: agreed, periodStartDay: startDay),
                days: first..<first + Int64(values.count),
                series: [
                    CapacityInput.Series(
                        key: SeriesKey(application: "APP", statistic: "records"),
                        days: DailySeries(firstDay: first, values: values))
                ], covered: [:], indices: []))
    }

    @Test func `three days of spikes in thirty snapshots cost nothing: the fourth highest is charged`() {
        let june: Int64 = 20_605
        let limit = records(Self.snapshots, agreed: 10_000_000, first: june)
        // The highest day without a spike is the last.
        #expect(limit.used == 9_029_000)
        #expect(limit.utilization == 0.9029)
        #expect(limit.series.days.newest?.value == 9_029_000)
        #expect(limit.usedCoverage == 1 && !limit.isBeforeCharge)
        var fourSpikes = Self.snapshots
        fourSpikes[27] = 14_000_000
        #expect(records(fourSpikes, agreed: 10_000_000, first: june).used == 14_000_000)
        #expect(records(fourSpikes, agreed: 10_000_000, first: june).exhaustion == .reached(day: june + 27))
    }

    @Test func `the figure is that of sorting all days, and once it can be charged it never falls`() throws {
        for seed in 0..<200 as Range<UInt64> {
            var generator = SeededGenerator(seed)
            let days = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                Double(Int.random(in: 0...20, using: &generator))
            }
            var records = BilledRecords()
            var before: Double?
            for count in 1...days.count {
                records.append(days[count - 1])
                let sorted = days.prefix(count).sorted(by: >)
                #expect(records.figure == (count < 4 ? sorted.last : sorted[3]), "seed \(seed)")
                #expect(records.isCharged == (count >= 4))
                if let before { #expect(try #require(records.figure) >= before, "seed \(seed)") }
                if records.isCharged { before = records.figure }
            }
        }
    }

    @Test func `several periods add up what each is charged, and one with fewer than four days nothing`() {
        // 2026-06-15 begins a period: two days of it, and twenty of the one before.
        let start: Int64 = 20_619
        let days = (start - 20..<start + 2).map { DayValue(day: $0, value: $0 < start ? 10 : 1000) }
        #expect(BilledRecordsTotal(BillingPeriod(startDay: 15), days).total == 10)
        let later = days + (start + 2..<start + 4).map { DayValue(day: $0, value: 7) }
        #expect(BilledRecordsTotal(BillingPeriod(startDay: 15), later).total == 17)
        #expect(BilledRecordsTotal(BillingPeriod()).total == 0)
    }

    @Test func `with fewer than four days the lowest is shown, and the limit is not reached by it`() {
        let june: Int64 = 20_605
        for count in 1...3 {
            let limit = records([20, 30, 40].suffix(count).map { $0 }, agreed: 10, first: june)
            #expect(limit.isBeforeCharge)
            #expect(limit.used == [20, 30, 40].suffix(count).min())
            if case .reached = limit.exhaustion { Issue.record("reached after \(count) days") }
        }
        #expect(BilledRecords().figure == nil)
    }

    @Test func `a month of another start has its own snapshots`() {
        // 2026-06-15, on which a new billing period begins.
        let start: Int64 = 20_619
        let values = [Double](repeating: 50, count: 100) + [10, 12, 11, 13, 9]
        let limit = records(values, agreed: 40, startDay: 15, first: start - 100)
        #expect(limit.month == start..<start + 30)
        #expect(limit.used == 10)
        #expect(limit.usedDays == 5)
        let calendar = records(values, agreed: 40, first: start - 100)
        #expect(calendar.used == 50)
    }

    @Test func `a projection holds its expectation between its bounds, and what is certain has no probability`() throws
    {
        let june: Int64 = 20_605
        let history = (0..<400).map { 5000 + 10 * Double($0) + 30 * noise($0, seed: 3) }
        let limit = records(history, agreed: 8500, first: june + 20 - 400)
        for point in limit.path {
            #expect(point.bounds.lower95 <= point.bounds.lower80 && point.bounds.lower80 <= point.mean)
            #expect(point.mean <= point.bounds.upper80 && point.bounds.upper80 <= point.bounds.upper95)
        }
        let used = try #require(limit.used)
        #expect(try #require(limit.projection).mean >= used)
        #expect(records(history, agreed: used - 1, first: june + 20 - 400).projection?.exceedance == 1)
        // The fourth highest day of a month that grows is the fourth from its end.
        let july = try #require(limit.comingMonths.first)
        let days = try limit.series.forecast.get().points.filter { july.days.contains($0.day) }.map(\.mean)
        #expect(july.projection.mean == days.sorted(by: >)[3])
    }
}
