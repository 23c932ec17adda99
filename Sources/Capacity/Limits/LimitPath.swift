internal import Forecast
internal import UsageModel

/// The expected path of a limit's statistic, day after day.
struct LimitPath {
    private struct Step {
        var outlook: Outlook
        /// Whether the limit can be reached by it: records are not charged before the fourth day of a month.
        var counts = true
    }

    /// Expectations by days ahead: of search requests the running total of the day's month, of records what is charged
    /// for the month up to the day, of QPS the highest so far.
    private var steps: [Step] = []
    private let firstDay: Int64
    /// The expectation at the end of the running month; nil without a forecast so far. For QPS: of the days left.
    private var monthEnd: Outlook?
    /// The lower bound of the running period's figure that is certain already; nil when it follows from the steps.
    private var floor: Double?

    var count: Int { steps.count }

    /// - Parameters:
    ///   - days: as they were reported; the forecaster's own past has estimates in place of missing days.
    ///   - month: the running one.
    init(
        _ limit: ContractLimit, _ forecaster: Forecaster, _ days: DailySeries, _ billing: BillingPeriod,
        _ month: Range<Int64>
    ) {
        let points = forecaster.forecast.points
        firstDay = points.first?.day ?? 0
        let past = forecaster.past.values(in: month).map(\.value)
        switch limit.measure {
        case .sum: steps = Self.runningTotals(forecaster, billing, month, past)
        case .fourthHighest: steps = Self.billedRecords(points, billing, month, past)
        case .highest:
            for number in points.indices {
                let next = forecaster.together(.maximum, of: 0..<number + 1)
                // The highest so far never falls.
                steps.append(Step(outlook: steps.last.map { next.raised(to: $0.outlook) } ?? next))
            }
        }
        let daysLeft = Int(month.upperBound - firstDay)
        if daysLeft <= 0 {
            // The newest day is the month's last: what was is what will have been.
            monthEnd = Self.known(limit, past)
        } else if daysLeft <= steps.count {
            monthEnd = steps[daysLeft - 1].outlook
            let reported = days.values(in: month).map(\.value)
            switch limit.measure {
            case .sum: break
            case .fourthHighest:
                let records = BilledRecords(reported)
                floor = records.isCharged ? records.figure : nil
            case .highest: floor = past.max()
            }
        }
    }

    /// At the end of the running month.
    func projection(agreed: Double?) -> Projection? {
        guard let monthEnd else { return nil }
        guard let floor else { return Projection(monthEnd, agreed: agreed) }
        // The past is certain: only the days that are left can exceed what was not exceeded.
        var projection = Projection(monthEnd.map { max($0, floor) }, agreed: agreed)
        projection.exceedance = agreed.map { agreed in
            floor > agreed ? 1 : monthEnd.bounds.exceedance(of: agreed, mean: monthEnd.mean)
        }
        return projection
    }

    var points: [ForecastPoint] {
        steps.enumerated().map { ahead, step in
            ForecastPoint(day: firstDay + Int64(ahead), step.outlook)
        }
    }

    /// The first day by which the limit can be reached and whose expectation `matches`.
    func first(where matches: (Outlook) -> Bool) -> Int64? {
        steps.firstIndex { $0.counts && matches($0.outlook) }.map { firstDay + Int64($0) }
    }

    private static func runningTotals(
        _ forecaster: Forecaster, _ billing: BillingPeriod, _ month: Range<Int64>, _ past: [Double]
    ) -> [Step] {
        var month = month
        var start = 0
        var before = past.reduce(0, +)
        return forecaster.forecast.points.enumerated().map { number, point in
            if point.day >= month.upperBound {
                month = billing.containing(point.day)
                start = number
                before = 0
            }
            let ahead = forecaster.together(.sum, of: start..<number + 1)
            return Step(outlook: ahead.map { $0 + before })
        }
    }

    private static func billedRecords(
        _ points: [ForecastPoint], _ billing: BillingPeriod, _ month: Range<Int64>, _ past: [Double]
    ) -> [Step] {
        var month = month
        var records = BilledRecordsOutlook(past)
        return points.map { point in
            if point.day >= month.upperBound {
                month = billing.containing(point.day)
                records = BilledRecordsOutlook()
            }
            let outlook = records.append(point)
            return Step(outlook: outlook, counts: records.isCharged)
        }
    }

    private static func known(_ limit: ContractLimit, _ past: [Double]) -> Outlook? {
        let value: Double? =
            switch limit.measure {
            case .sum: past.isEmpty ? nil : past.reduce(0, +)
            case .fourthHighest: BilledRecords(past).figure
            case .highest: past.max()
            }
        return value.map { Outlook(certain: $0) }
    }
}
