internal import Forecast
internal import UsageModel

/// The expected path of a limit's statistic, day after day.
struct LimitPath {
    private struct Step {
        var outlook: Outlook
        /// Whether the limit can be reached by it: records are not charged before the fourth day of a month.
        var counts = true
    }

    /// Expectations by days ahead: of search requests the running total of the day's span, of records what is charged
    /// for the month, or the months of the term, up to the day, of QPS the highest so far.
    private var steps: [Step] = []
    private let firstDay: Int64
    /// The expectation at the end of the running span; nil without a forecast so far. For QPS: of the days left.
    private var spanEnd: Outlook?
    /// The lower bound of the running span's figure that is certain already; nil when it follows from the steps.
    private var floor: Double?

    var count: Int { steps.count }

    /// Nil when less than half of the days of a running term are known: what is missing cannot be estimated from the
    /// rest.
    /// - Parameters:
    ///   - days: as they were reported; the forecaster's own past has estimates in place of missing days.
    ///   - span: the running billing period or term.
    init?(
        _ measure: ContractLimit.Measure, _ forecaster: Forecaster, _ days: DailySeries, _ spans: LimitSpans,
        _ span: Range<Int64>
    ) {
        let points = forecaster.forecast.points
        firstDay = points.first?.day ?? 0
        let reported = days.values(in: span)
        let over = max(firstDay - span.lowerBound, 0)
        if spans.term != nil, Int64(reported.count) * 2 < over { return nil }
        let past = LimitPast(forecaster.past, of: span, until: firstDay, isTerm: spans.term != nil)
        switch measure {
        case .sum: steps = Self.runningTotals(forecaster, spans, span, past.sum)
        case .fourthHighest: steps = Self.billedRecords(points, spans.billing, span, past.values.map(\.value))
        case .sumOfFourthHighest: steps = Self.billedRecordsTotals(points, spans, span, past)
        case .highest:
            for number in points.indices {
                let next = forecaster.together(.maximum, of: 0..<number + 1)
                // The highest so far never falls.
                steps.append(Step(outlook: steps.last.map { next.raised(to: $0.outlook) } ?? next))
            }
        }
        let daysLeft = Int(span.upperBound - firstDay)
        if daysLeft <= 0 {
            // The newest day is the span's last: what was is what will have been.
            spanEnd = past.figure(measure, spans.billing).map { Outlook(certain: $0) }
        } else if daysLeft <= steps.count {
            spanEnd = steps[daysLeft - 1].outlook
            floor = Self.floor(measure, reported, spans.billing)
        }
    }

    /// At the end of the running span.
    func projection(agreed: Double?) -> Projection? {
        guard let spanEnd else { return nil }
        guard let floor else { return Projection(spanEnd, agreed: agreed) }
        // The past is certain: only the days that are left can exceed what was not exceeded.
        var projection = Projection(spanEnd.map { max($0, floor) }, agreed: agreed)
        projection.exceedance = agreed.map { agreed in
            floor > agreed ? 1 : spanEnd.bounds.exceedance(of: agreed, mean: spanEnd.mean)
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

    private static func floor(
        _ measure: ContractLimit.Measure, _ reported: [DayValue], _ billing: BillingPeriod
    ) -> Double? {
        switch measure {
        case .sum: return reported.isEmpty ? nil : reported.reduce(0) { $0 + $1.value }
        case .fourthHighest:
            let records = BilledRecords(reported.map(\.value))
            return records.isCharged ? records.figure : nil
        case .sumOfFourthHighest: return BilledRecordsTotal(billing, reported).total
        case .highest: return reported.map(\.value).max()
        }
    }

    private static func runningTotals(
        _ forecaster: Forecaster, _ spans: LimitSpans, _ span: Range<Int64>, _ past: Double
    ) -> [Step] {
        var span = span
        var start = 0
        var before = past
        return forecaster.forecast.points.enumerated().map { number, point in
            if point.day >= span.upperBound {
                span = spans.containing(point.day)
                start = number
                before = 0
            }
            guard point.day >= span.lowerBound else {
                start = number + 1
                return Step(outlook: Outlook(certain: 0), counts: false)
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

    /// The same of the months of a term, added up. A level that is high in one month is high in the next, so that the
    /// sum of their bounds is the bound of their sum.
    private static func billedRecordsTotals(
        _ points: [ForecastPoint], _ spans: LimitSpans, _ term: Range<Int64>, _ past: LimitPast
    ) -> [Step] {
        var term = term
        var month = spans.billing.containing(points.first?.day ?? term.lowerBound)
        var closed = Outlook(certain: past.billedRecords(of: spans.billing, until: month.lowerBound))
        var records = BilledRecordsOutlook(past.values.filter { month.contains($0.day) }.map(\.value))
        var total = closed
        return points.map { point in
            if point.day >= month.upperBound {
                closed = total
                month = spans.billing.containing(point.day)
                records = BilledRecordsOutlook()
            }
            if point.day >= term.upperBound {
                term = spans.containing(point.day)
                closed = Outlook(certain: 0)
                total = closed
            }
            guard point.day >= term.lowerBound else { return Step(outlook: total, counts: false) }
            let outlook = records.append(point)
            if records.isCharged { total = closed.adding(outlook) }
            return Step(outlook: total)
        }
    }
}

/// The days of the running span that are over, with estimates in place of those that are not known.
private struct LimitPast {
    /// Days whose mean stands for those before the first that is known.
    private static let nearest = 28

    var values: [DayValue]
    /// The days before the first that is known.
    private var unknown: Range<Int64>

    /// - Parameters:
    ///   - past: every day from the first that is known on.
    ///   - isTerm: whether days before the first are estimated: a month has none, because a forecast takes months.
    init(_ past: DailySeries, of span: Range<Int64>, until end: Int64, isTerm: Bool) {
        values = past.values(in: span)
        let first = values.first?.day ?? end
        unknown = isTerm && span.lowerBound < first ? span.lowerBound..<first : first..<first
    }

    /// The values added up, and for each unknown day the mean of the first days that are known.
    var sum: Double {
        let nearest = values.prefix(Self.nearest)
        let mean = nearest.isEmpty ? 0 : nearest.reduce(0) { $0 + $1.value } / Double(nearest.count)
        return values.reduce(0) { $0 + $1.value } + mean * Double(unknown.count)
    }

    /// The records that are charged for the billing periods before `end`, added up. One of which too little is known
    /// counts like the first that is known.
    func billedRecords(of billing: BillingPeriod, until end: Int64) -> Double {
        let first = unknown.isEmpty ? values.first?.day ?? end : unknown.lowerBound
        guard first < end else { return 0 }
        let figures = billing.touching(first..<end).map { month -> Double? in
            let records = BilledRecords(values.lazy.filter { month.contains($0.day) }.map(\.value))
            return records.isCharged ? records.charged : nil
        }
        let known = figures.compactMap(\.self)
        return known.reduce(0, +) + Double(figures.count - known.count) * (known.first ?? 0)
    }

    /// The total of the days; nil without any.
    func figure(_ measure: ContractLimit.Measure, _ billing: BillingPeriod) -> Double? {
        guard let last = values.last else { return nil }
        switch measure {
        case .sum: return sum
        case .fourthHighest: return BilledRecords(values.lazy.map(\.value)).figure
        case .sumOfFourthHighest: return billedRecords(of: billing, until: last.day + 1)
        case .highest: return values.lazy.map(\.value).max()
        }
    }
}

extension Outlook {
    /// The sum of two that err together.
    fileprivate func adding(_ other: Outlook) -> Outlook {
        Outlook(
            mean: mean + other.mean,
            bounds: ForecastPoint.Bounds(
                lower80: bounds.lower80 + other.bounds.lower80, upper80: bounds.upper80 + other.bounds.upper80,
                lower95: bounds.lower95 + other.bounds.lower95, upper95: bounds.upper95 + other.bounds.upper95))
    }
}
