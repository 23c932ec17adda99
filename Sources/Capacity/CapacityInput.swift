public import Forecast
public import UsageModel

/// The days of one application that capacity is judged by.
///
/// Days are numbered from 1970-01-01 and belong to one time zone; whoever reads them from the history has put
/// hours into the days of that zone, so that nothing that follows knows about zones.
public struct CapacityInput: Sendable {
    public var application: ApplicationID
    public var contract: Contract
    /// The zone's name, such as `UTC` or `Europe/Berlin`.
    public var timeZone: String
    /// The days that are looked at; every one of them is over and settled.
    public var days: Range<Int64>
    /// Of the application itself and of indices, in the order of index, statistic and key; only days within
    /// ``days``, and only series with a value in them.
    public var series: [Series] {
        didSet { positions = Self.positions(of: series) }
    }
    /// The days that were fetched, by index (`""` is the application itself).
    public var covered: [IndexName: RangeSet<Int64>]
    /// Every index that was ever collected, ascending.
    public var indices: [IndexName]
    /// Where the series of a statistic are in ``series``.
    private(set) var positions: [SeriesGroup: [Int]]

    /// The days of one series.
    public struct Series: Sendable {
        public var key: SeriesKey
        public var days: DailySeries

        public init(key: SeriesKey, days: DailySeries) {
            self.key = key
            self.days = days
        }
    }

    public init(
        application: ApplicationID, contract: Contract, timeZone: String = "UTC", days: Range<Int64>, series: [Series],
        covered: [IndexName: RangeSet<Int64>], indices: [IndexName]
    ) {
        self.application = application
        self.contract = contract
        self.timeZone = timeZone
        self.days = days
        self.series = series
        positions = Self.positions(of: series)
        self.covered = covered
        self.indices = indices
    }
}
