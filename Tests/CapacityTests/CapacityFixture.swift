import Testing
import UsageModel

@testable import Capacity

/// The days of a made-up application, written by closures.
///
///     var fixture = CapacityFixture(days: 365, indices: ["products"])
///     fixture.add("records", index: "products") { day in 1000 + Double(day) }
///     fixture.leaveOut(100..<110)
///     let report = IndexReport(fixture.input)
///
/// Days are counted from the report's first, 0. Every day of the application and its indices is fetched, but for those
/// that are left out.
struct CapacityFixture {
    var application: ApplicationID = "APP"
    var contract = Contract()
    var days: Range<Int64>
    var indices: [IndexName]
    private var series: [SeriesKey: [Double?]] = [:]
    private var missing: [IndexName: RangeSet<Int64>] = [:]

    /// - Parameter first: a date; this one is a Monday.
    init(from first: String = "2026-01-05", days count: Int, indices: [IndexName] = []) {
        let first = Self.day(first)
        days = first..<first + Int64(count)
        self.indices = indices
    }

    /// Writes a series in place of what was written under the same name.
    mutating func add(
        _ statistic: StatisticName, index: IndexName = "", key: ServerName = "", _ value: (Int) -> Double?
    ) {
        let name = SeriesKey(
            application: application, api: StatisticCatalogue.describe(statistic).api, statistic: statistic,
            index: index, key: key)
        series[name] = (0..<days.count).map(value)
    }

    /// Days that were not fetched; values on them are none.
    mutating func leaveOut(_ days: Range<Int>, index: IndexName = "") {
        missing[index, default: RangeSet()].insert(contentsOf: day(days.lowerBound)..<day(days.upperBound))
    }

    /// The days since 1970-01-01 of one that is counted from the report's first.
    func day(_ number: Int) -> Int64 { days.lowerBound + Int64(number) }

    /// The days since 1970-01-01 of a date such as `2026-01-05`.
    static func day(_ date: String) -> Int64 {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        return CivilTime.daysSinceEpoch(year: parts[0], month: parts[1], day: parts[2]) ?? 0
    }

    var input: CapacityInput {
        let keys = series.keys.sorted { ($0.index, $0.statistic, $0.key) < ($1.index, $1.statistic, $1.key) }
        return CapacityInput(
            application: application, contract: contract, days: days,
            series: keys.compactMap { key in
                let values = (series[key] ?? []).enumerated().map { number, value in
                    missing[key.index]?.contains(day(number)) == true ? nil : value
                }
                guard values.contains(where: { $0 != nil }) else { return nil }
                return CapacityInput.Series(key: key, days: DailySeries(firstDay: days.lowerBound, values: values))
            },
            covered: Dictionary(
                uniqueKeysWithValues: ([""] + indices).map { index in
                    (index, RangeSet(days).subtracting(missing[index] ?? RangeSet()))
                }),
            indices: indices)
    }

    /// Noise that is the same in every run: uniform in -1 ... 1.
    static func noise(_ day: Int, seed: UInt64 = 1) -> Double {
        var state = (UInt64(day) &+ seed &* 1_000_003) &* 0x9E37_79B9_7F4A_7C15
        state ^= state >> 31
        state = state &* 0xBF58_476D_1CE4_E5B9
        state ^= state >> 27
        return Double(state >> 11) / Double(1 << 52) - 1
    }

    /// Every number in a report, however deep.
    static func numbers(in report: Any) -> [Double] {
        if let number = report as? Double { return [number] }
        return Mirror(reflecting: report).children.flatMap { numbers(in: $0.value) }
    }
}
