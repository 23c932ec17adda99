public import Forecast
internal import UsageModel

/// Processing time of searches, as Algolia measures it, without the network.
public struct LatencyReport: Sendable {
    /// Every month of the report, oldest first; none where no processing time was reported.
    public var months: [LatencyMonth]
    /// Days of the 99th percentile, in milliseconds.
    public var percentile99: DailySeries?
    public var average: DailySeries?
    /// Change in 30 days of the 99th percentile along a robust line through the last 90 days, in milliseconds;
    /// nil with fewer than 28 days.
    public var changePer30Days: Double?
}

/// A month of processing times: medians of its days, in milliseconds.
public struct LatencyMonth: Sendable, Hashable {
    /// Its value is that of ``worst``; the coverage is the application's.
    public var month: PeriodUsage
    public var average: Double?
    public var percentile90: Double?
    public var percentile99: Double?
    /// The worst day of the 99th percentile.
    public var worst: DayValue?
    /// Queries of a second or more, in the whole month.
    public var slowQueries: Double?
}

extension LatencyReport {
    init(_ input: CapacityInput) {
        let average = input.days("avg_processing_time")
        let percentile90 = input.days("90p_processing_time")
        let percentile99 = input.days("99p_processing_time")
        let slow = input.days("queries_above_last_ms_processing_time")
        self.average = average
        self.percentile99 = percentile99
        changePer30Days = percentile99.flatMap { RobustTrend.changePer30Days($0, before: input.days.upperBound) }

        guard average != nil || percentile90 != nil || percentile99 != nil else {
            months = []
            return
        }
        let slowQueries = PeriodUsage.periods(slow, of: .month, aggregate: .sum, in: input)
        months = PeriodUsage.periods(percentile99, of: .month, aggregate: .max, in: input).enumerated().map {
            number, month in
            let days = month.days.clamped(to: input.days)
            func median(_ series: DailySeries?) -> Double? {
                let values = (series?.values(in: days) ?? []).map(\.value)
                return values.isEmpty ? nil : RobustStatistics.median(values)
            }
            return LatencyMonth(
                month: month, average: median(average), percentile90: median(percentile90),
                percentile99: median(percentile99), worst: percentile99?.values(in: days).highest,
                slowQueries: slowQueries[number].value)
        }
    }
}
