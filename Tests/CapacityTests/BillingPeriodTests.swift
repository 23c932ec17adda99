import Forecast
import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite("Billing periods") struct BillingPeriodTests {
    @Test(arguments: 1...28)
    func `every day is in one month, which begins on the agreed day of the calendar`(startDay: Int) throws {
        let billing = BillingPeriod(startDay: startDay)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var expected: Range<Int64>?
        // 1999-12-01 to 2004-04-01: leap years of both kinds that occur.
        for day in 10_926..<12_509 as Range<Int64> {
            let month = billing.containing(day)
            #expect(month.contains(day))
            for end in [month.lowerBound, month.upperBound] {
                let date = Date(timeIntervalSince1970: Double(end) * 86_400)
                #expect(calendar.component(.day, from: date) == startDay)
            }
            #expect((28...31).contains(month.count))
            if let expected, day < expected.upperBound { #expect(month == expected) }
            if let expected, day == expected.upperBound { #expect(month.lowerBound == day) }
            expected = month
        }
    }

    @Test func `the first of a month is the calendar's`() {
        for day in stride(from: 0, to: 30_000, by: 13) as StrideTo<Int64> {
            #expect(BillingPeriod().containing(day) == CalendarMonth.containing(day))
        }
    }

    @Test func `months that a range touches follow each other without a gap`() {
        let months = BillingPeriod(startDay: 28).touching(20_000..<20_500)
        #expect(zip(months, months.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(months.first?.contains(20_000) == true && months.last?.contains(20_499) == true)
        #expect(BillingPeriod().touching(5..<5).isEmpty)
    }

    @Test func `a billing period's searches are summed and projected to its own end`() throws {
        // 2026-06-15.
        let start: Int64 = 20_619
        let days = start - 200..<start + 10
        let report = CapacityReport(
            CapacityInput(
                application: "APP", contract: Contract(searchRequestsPerMonth: 70, periodStartDay: 15), days: days,
                series: [
                    CapacityInput.Series(
                        key: SeriesKey(application: "APP", statistic: "billed_search_requests"),
                        days: DailySeries(firstDay: days.lowerBound, values: days.map { _ in 2 }))
                ], covered: ["": RangeSet(days)], indices: []))
        let limit = try #require(report.limits.first { $0.limit == .searchRequestsPerMonth })
        #expect(limit.month == start..<start + 30)
        #expect(limit.used == 20)
        #expect(abs(try #require(limit.projection?.mean) - 60) < 1e-6)
        #expect(report.months.last?.days == limit.month && report.months.last?.value == 20)
        #expect(report.months.dropLast().last?.value == 62)
        #expect(limit.comingMonths.first?.days == start + 30..<start + 61)
    }
}
