import UsageModel

@testable import Capacity
@testable import Forecast

extension ReportFixture {
    /// From 1 February 2026 on.
    static let term: Range<Int64> = 20_485..<20_850

    /// A report of an application with commitments for a year, prices, indexing operations, and searches that no index
    /// has.
    static var annual: CapacityReport {
        var report = ReportFixture.report(days: 400, indices: 3, statistics: 1)
        for number in 0...1 {
            report.limits[number].agreed = nil
            report.limits[number].exhaustion = .unlimited
        }
        report.limits += [
            commitment(
                .searchRequestsPerYear, report.limits[0], agreed: 2e9,
                months: (0..<10).map { 130e6 + 5e6 * Double($0) },
                price: ExcessPrice(currency: "USD", per1000: 0.5)),
            commitment(
                .recordsPerYear, report.limits[1], agreed: 120e6, months: (0..<10).map { 9e6 + 0.2e6 * Double($0) },
                price: nil),
        ]
        report.protectiveLimit = ProtectiveLimit(
            month: month, used: 12e6, usedCoverage: 1, allowed: 1.2e9,
            projection: Projection(mean: 17e6, bounds: bounds(around: 17e6, share: 0.1), exceedance: 0),
            projectedAllowed: 1.6e9)
        report.indices.attribution = IndexReport.Attribution(application: 125e6, indices: 110e6, isComplete: true)
        return report
    }

    /// The same before its term has begun.
    static var ahead: CapacityReport {
        var report = annual
        for number in report.limits.indices {
            guard report.limits[number].term != nil else { continue }
            report.limits[number].term = TermReport(
                days: end + 10..<end + 375, months: [], elapsed: 0, twelfth: 1e6, pace: nil)
            report.limits[number].used = nil
            report.limits[number].usedCoverage = 0
            report.limits[number].projection = nil
        }
        return report
    }

    /// The same with a history of less than half of the term so far.
    static var littleKnown: CapacityReport {
        var report = annual
        for number in report.limits.indices {
            guard report.limits[number].term != nil else { continue }
            report.limits[number].usedCoverage = 130.0 / 294
            report.limits[number].projection = nil
            report.limits[number].exhaustion = .unknownTerm(known: 130, over: 294)
        }
        report.indices.attribution?.isComplete = false
        report.protectiveLimit?.allowed = nil
        report.protectiveLimit?.projectedAllowed = nil
        report.protectiveLimit?.projection?.exceedance = nil
        return report
    }

    /// - Parameter months: what its billing periods took, the last of them up to now.
    private static func commitment(
        _ limit: ContractLimit, _ monthly: LimitReport, agreed: Double, months: [Double], price: ExcessPrice?
    ) -> LimitReport {
        let used = months.reduce(0, +)
        let mean = used / 0.8
        return LimitReport(
            limit: limit, agreed: agreed, series: monthly.series, used: used, usedCoverage: 1, usedDays: 294,
            month: month,
            term: TermReport(
                days: term,
                months: zip(self.months(term.lowerBound..<end), months).map { days, value in
                    PeriodUsage(
                        days: days, value: value, coverage: days.upperBound > end ? 0.7 : 1,
                        isRunning: days.upperBound > end)
                },
                elapsed: 294.0 / 365, twelfth: agreed / 12, pace: 0.94),
            projection: Projection(mean: mean, bounds: bounds(around: mean, share: 0.1), exceedance: 0.2),
            exhaustion: .expected(day: end + 80, earliest: end + 60, latest: nil), price: price)
    }
}
