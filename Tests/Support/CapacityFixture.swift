public import Capacity
internal import Forecast
public import History
public import UsageModel

/// The days of a made-up application, written by closures.
///
///     var fixture = CapacityFixture(days: 365, indices: ["products"])
///     fixture.add("records", index: "products") { day in 1000 + Double(day) }
///     fixture.leaveOut(100..<110)
///     let report = IndexReport(fixture.input)
///
/// Days are counted from the report's first, 0. Every day of the application and its indices is fetched, but for those
/// that are left out.
public struct CapacityFixture {
    public var application: ApplicationID = "APP"
    public var contract = Contract()
    public var events = EventCalendar()
    public var days: Range<Int64>
    public var indices: [IndexName]
    public var inventory: IndexInventory?
    /// Without usage nothing is covered.
    public var hasUsage = true
    private var series: [SeriesKey: [Double?]] = [:]
    private var missing: [IndexName: RangeSet<Int64>] = [:]

    /// - Parameter first: a date; this one is a Monday.
    public init(from first: String = "2026-01-05", days count: Int, indices: [IndexName] = []) {
        let first = Self.day(first)
        days = first..<first + Int64(count)
        self.indices = indices
    }

    /// Writes a series in place of what was written under the same name.
    public mutating func add(
        _ statistic: StatisticName, index: IndexName = "", key: ServerName = "", _ value: (Int) -> Double?
    ) {
        let name = SeriesKey(
            application: application, api: StatisticCatalogue.describe(statistic).api, statistic: statistic,
            index: index, key: key)
        series[name] = (0..<days.count).map(value)
    }

    /// Days that were not fetched; values on them are none.
    public mutating func leaveOut(_ days: Range<Int>, index: IndexName = "") {
        missing[index, default: RangeSet()].insert(contentsOf: day(days.lowerBound)..<day(days.upperBound))
    }

    /// The days since 1970-01-01 of one that is counted from the report's first.
    public func day(_ number: Int) -> Int64 { days.lowerBound + Int64(number) }

    /// The days since 1970-01-01 of a date such as `2026-01-05`.
    public static func day(_ date: String) -> Int64 {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        return CivilTime.daysSinceEpoch(year: parts[0], month: parts[1], day: parts[2]) ?? 0
    }

    public var input: CapacityInput {
        let keys = series.keys.sorted { ($0.index, $0.statistic, $0.key) < ($1.index, $1.statistic, $1.key) }
        return CapacityInput(
            application: application, contract: contract, events: events, days: days,
            series: keys.compactMap { key in
                let values = (series[key] ?? []).enumerated().map { number, value in
                    missing[key.index]?.contains(day(number)) == true ? nil : value
                }
                guard values.contains(where: { $0 != nil }) else { return nil }
                return CapacityInput.Series(key: key, days: DailySeries(firstDay: days.lowerBound, values: values))
            },
            covered: !hasUsage
                ? [:]
                : Dictionary(
                    uniqueKeysWithValues: ([""] + indices).map { index in
                        (index, RangeSet(days).subtracting(missing[index] ?? RangeSet()))
                    }),
            indices: indices, inventory: inventory, hasUsage: hasUsage)
    }

    /// Values that reports stumble over, by day and number of days.
    public static let shapes: [(name: String, value: @Sendable (Int, Int) -> Double?)] = [
        ("nothing", { _, _ in nil }), ("a constant", { _, _ in 42 }), ("zeros", { _, _ in 0 }),
        ("a point", { day, _ in day == 0 ? 5 : nil }), ("the newest point", { day, days in day == days - 1 ? 5 : nil }),
        ("an early end", { day, days in day < days / 3 ? 9 : nil }),
        ("a gap", { day, days in (days / 3..<days / 2).contains(day) ? nil : Double(day % 7) }),
        ("negative", { day, _ in -Double(day) }), ("huge", { day, _ in 1e15 * (1 + noise(day)) }),
        ("tiny", { day, _ in 1e-12 * Double(day) }), ("wild", { day, _ in day.isMultiple(of: 2) ? 1e15 : -1e15 }),
    ]

    /// Days on which every one of `statistics` has the same shape, for the application and one of its two indices.
    /// - Parameter shape: a position in ``shapes``.
    public static func input(days: Int, shape: Int, of statistics: [StatisticName]) -> CapacityInput {
        let value = shapes[shape].value
        var fixture = CapacityFixture(from: "2027-12-20", days: days, indices: ["a", "b"])
        for statistic in statistics.map(StatisticCatalogue.describe) {
            let key: ServerName = statistic.shape == .scalar ? "" : "one"
            fixture.add(statistic.name, key: key) { value($0, days) }
            if statistic.perIndex { fixture.add(statistic.name, index: "a") { value($0, days) } }
        }
        return fixture.input
    }
}
