public import Forecast
public import History
public import UsageModel

/// The days of one application that capacity is judged by.
///
/// Days are numbered from 1970-01-01 and belong to one time zone; the reader of the history has put
/// hours into the days of that zone, so that nothing that follows knows about zones.
public struct CapacityInput: Sendable {
    public var application: ApplicationID
    public var contract: Contract
    /// The zone's name, such as `UTC` or `Europe/Berlin`.
    public var timeZone: String
    /// Days with a name, which forecasts and unusual days know; past and future.
    public var events: EventCalendar
    /// The days that are looked at; every one of them is over and settled.
    public var days: Range<Int64>
    /// Series of the application itself and of indices, in the order of index, statistic and key; only days within
    /// ``days``, and only series with a value in them.
    public var series: [Series] {
        didSet { positions = Self.positions(of: series) }
    }
    /// The days that were fetched, by index (`""` is the application itself).
    public var covered: [IndexName: RangeSet<Int64>]
    /// Every index that was ever collected, ascending.
    public var indices: [IndexName]
    /// The list of indices; nil when it was never fetched.
    public var inventory: IndexInventory?
    /// Whether the Usage API is collected. Without it nothing is covered, and the records are those of the list of
    /// indices.
    public var hasUsage: Bool
    /// The positions of a statistic's series in ``series``.
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
        application: ApplicationID, contract: Contract, timeZone: String = "UTC",
        events: EventCalendar = EventCalendar(), days: Range<Int64>, series: [Series],
        covered: [IndexName: RangeSet<Int64>], indices: [IndexName], inventory: IndexInventory? = nil,
        hasUsage: Bool = true
    ) {
        self.application = application
        self.contract = contract
        self.timeZone = timeZone
        self.events = events
        self.days = days
        self.series = series
        positions = Self.positions(of: series)
        self.covered = covered
        self.indices = indices
        self.inventory = inventory
        self.hasUsage = hasUsage
    }
}

/// The identity of a statistic's series, but for the server, region or cluster.
struct SeriesGroup: Sendable, Hashable {
    var api: API
    var statistic: StatisticName
    var index: IndexName
}

extension CapacityInput {
    /// The days of a series of the application itself or of an index.
    /// - Parameter statistic: a name of the catalogue, which knows the API.
    func days(_ statistic: StatisticName, index: IndexName = "", key: ServerName = "") -> DailySeries? {
        group(statistic, index).first { series[$0].key.key == key }.map { series[$0].days }
    }

    /// The days of every server, region or cluster of the application, in the order of ``series``.
    func byKey(_ statistic: StatisticName) -> [(key: ServerName, days: DailySeries)] {
        group(statistic, "").map { (series[$0].key.key, series[$0].days) }
    }

    /// Every usual limit, and others that were agreed, in the order of ``ContractLimit``.
    var limits: [ContractLimit] {
        ContractLimit.allCases.filter { ContractLimit.usual.contains($0) || contract[$0] != nil }
    }

    /// Returns the number of days of `range` that were fetched.
    func fetched(_ range: Range<Int64>, index: IndexName = "") -> Int {
        covered[index]?.days(in: range.clamped(to: days)) ?? 0
    }

    /// The share of the report's days that were fetched, in 0 ... 1; zero when there are none.
    func coverage(of index: IndexName) -> Double {
        days.isEmpty ? 0 : Double(fetched(days, index: index)) / Double(days.count)
    }

    /// The newest days of the report and what was before, `length` of them; they may begin before the report does.
    /// - Parameter back: how many days before the report's end they end.
    func newest(_ length: Int, back: Int = 0) -> Range<Int64> {
        let end = days.upperBound - Int64(back)
        return end - Int64(length)..<end
    }

    static func positions(of series: [Series]) -> [SeriesGroup: [Int]] {
        Dictionary(grouping: series.indices) { position in
            let key = series[position].key
            return SeriesGroup(api: key.api, statistic: key.statistic, index: key.index)
        }
    }

    private func group(_ statistic: StatisticName, _ index: IndexName) -> [Int] {
        let api = StatisticCatalogue.describe(statistic).api
        return positions[SeriesGroup(api: api, statistic: statistic, index: index)] ?? []
    }
}

extension RangeSet<Int64> {
    /// Returns the number of days of `range` in the set.
    fileprivate func days(in range: Range<Int64>) -> Int {
        ranges.reduce(0) { $0 + $1.clamped(to: range).count }
    }
}
