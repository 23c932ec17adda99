public import UsageModel

/// A day on which a statistic was far from what its level and weekday promise.
public struct UnusualDay: Sendable, Hashable {
    public var day: Int64
    public var statistic: StatisticName
    public var value: Double
    /// What the days around it, and the same weekdays, would have led to expect.
    public var expected: Double
    /// How far from it, in robust standard deviations of the statistic's usual days; negative below.
    public var deviations: Double
}
