public import UsageModel

/// A value of one bucket of one statistic that is not what it should be.
public struct PoisonedValue: Sendable, Hashable {
    /// The statistic's name.
    public var statistic: StatisticName
    /// `""` for the application level.
    public var index: IndexName
    /// The width of the bucket.
    public var granularity: Granularity
    /// The start of the bucket.
    public var bucket: UnixTime
    /// The text that stands for `v`, such as `NaN`, `"12"`, `null` or `{"c4-fr-1":1e999}`. It need not be JSON.
    public var text: String

    /// A poisoned hour of the application by default.
    /// - Parameter time: any time in the bucket.
    public init(
        _ statistic: StatisticName, index: IndexName = "", granularity: Granularity = .hourly, at time: UnixTime,
        text: String
    ) {
        self.statistic = statistic
        self.index = index
        self.granularity = granularity
        bucket = granularity.floor(time)
        self.text = text
    }

    func concerns(_ statistic: StatisticName, index: IndexName, _ granularity: Granularity) -> Bool {
        self.statistic == statistic && self.granularity == granularity && self.index == index
    }
}
