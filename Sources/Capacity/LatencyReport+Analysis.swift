internal import Forecast
internal import UsageModel

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
