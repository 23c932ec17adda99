internal import Forecast
internal import UsageModel

/// The value of a calendar period or billing period, and how much of it there is.
public struct PeriodUsage: Sendable, Hashable {
    /// Days since 1970-01-01; the whole period, also where it is cut off by the report's range.
    public var days: Range<Int64>
    /// Nil when nothing was reported in it.
    public var value: Double?
    /// The share of the period's days that were fetched and are within the report, in 0 ... 1. Below 1 a sum is
    /// a part of the period's sum.
    public var coverage: Double
    /// Whether the period was not over at the end of the report.
    public var isRunning: Bool

    public init(days: Range<Int64>, value: Double?, coverage: Double, isRunning: Bool) {
        self.days = days
        self.value = value
        self.coverage = coverage
        self.isRunning = isRunning
    }
}

extension PeriodUsage {
    /// A series by calendar period: every period that the report's days touch, oldest first.
    ///
    /// Days are those of the input's time zone already, so that periods are counted here as in UTC.
    /// - Parameters:
    ///   - series: nil for one that is not there: its periods have a coverage and no value.
    ///   - index: whose days were fetched; `""` for the application itself.
    static func periods(
        _ series: DailySeries?, of period: CalendarPeriod, aggregate: Aggregate, in input: CapacityInput,
        index: IndexName = ""
    ) -> [PeriodUsage] {
        let empty = periods(of: period, in: input, index: index)
        return series.map { series in empty.map { $0.filled(with: series, aggregate, in: input) } } ?? empty
    }

    /// The same of a sum of which no part may be missing: a day that was fetched and has no value is not covered.
    static func sums(_ series: DailySeries?, of period: CalendarPeriod, in input: CapacityInput) -> [PeriodUsage] {
        sums(series, of: calendarPeriods(period, in: input), in: input)
    }

    /// Such a sum of each billing period that the report's days touch, oldest first.
    static func sums(_ series: DailySeries?, of billing: BillingPeriod, in input: CapacityInput) -> [PeriodUsage] {
        sums(series, of: billing.touching(input.days), in: input)
    }

    /// Such a sum of each of `periods`.
    static func sums(
        _ series: DailySeries?, of periods: [Range<Int64>], in input: CapacityInput
    ) -> [PeriodUsage] {
        periods.map { days in
            let period = PeriodUsage(days, in: input)
            guard let series else { return period }
            var filled = period.filled(with: series, .sum, in: input)
            let reported = series.values(in: period.days.clamped(to: input.days)).count
            filled.coverage = Double(reported) / Double(period.days.count)
            return filled
        }
    }

    /// The records that are charged for each of `periods`; nil while one has fewer than four days with a value.
    static func billedRecords(
        _ series: DailySeries, of periods: [Range<Int64>], in input: CapacityInput
    ) -> [PeriodUsage] {
        periods.map { days in
            let reported = series.values(in: days.clamped(to: input.days)).map(\.value)
            let records = BilledRecords(reported)
            var period = PeriodUsage(days, in: input)
            period.value = records.isCharged ? records.figure : nil
            period.coverage = Double(reported.count) / Double(days.count)
            return period
        }
    }

    /// The highest value of each of `periods`; nil for one without any.
    static func highest(_ series: DailySeries, of periods: [Range<Int64>], in input: CapacityInput) -> [PeriodUsage] {
        periods.map { days in
            let reported = series.values(in: days.clamped(to: input.days)).map(\.value)
            var period = PeriodUsage(days, in: input)
            period.value = reported.max()
            period.coverage = Double(reported.count) / Double(days.count)
            return period
        }
    }

    /// The same without values, which all series of the application or an index have in common.
    static func periods(of period: CalendarPeriod, in input: CapacityInput, index: IndexName = "") -> [PeriodUsage] {
        calendarPeriods(period, in: input).map { PeriodUsage($0, in: input, index: index) }
    }

    private static func calendarPeriods(_ period: CalendarPeriod, in input: CapacityInput) -> [Range<Int64>] {
        let range = TimeRange(input.days.lowerBound * secondsPerDay, input.days.upperBound * secondsPerDay)
        return CalendarAggregation(period).periods(range).map { $0.start / secondsPerDay..<$0.end / secondsPerDay }
    }

    /// A period without a value.
    private init(_ days: Range<Int64>, in input: CapacityInput, index: IndexName = "") {
        self.init(
            days: days, value: nil, coverage: Double(input.fetched(days, index: index)) / Double(days.count),
            isRunning: days.upperBound > input.days.upperBound)
    }

    /// The same period with the value of `series`, of days that are the report's.
    func filled(with series: DailySeries, _ aggregate: Aggregate, in input: CapacityInput) -> PeriodUsage {
        var filled = self
        filled.value = aggregate.combine(series.values(in: days.clamped(to: input.days)).map(\.value))
        return filled
    }

    private static let secondsPerDay: Int64 = 86_400
}

/// Calendar months as days since 1970-01-01.
public enum CalendarMonth {
    /// The month that holds a day.
    public static func containing(_ day: Int64) -> Range<Int64> {
        let civil = CivilTime(day * 86_400)
        let first = day - Int64(civil.day) + 1
        return first..<first + Int64(CivilTime.daysInMonth(civil.month, of: civil.year))
    }
}
