public import History
public import Simulator
public import UsageModel

/// Compares a history with the simulator's truth, bucket by bucket.
public struct TruthComparison: Sendable {
    /// Points that are stored and right.
    public private(set) var equal = 0
    /// Stored and different, or stored and not reported; the first few.
    public private(set) var wrong: [String] = []
    /// Reported and not stored; the first few.
    public private(set) var missing: [String] = []

    public var isExact: Bool { wrong.isEmpty && missing.isEmpty && equal > 0 }

    public init() {}

    /// Compares one scope's points in `range` with what the vendor shows at `time`.
    public mutating func compare(
        _ history: History, _ truth: Truth, _ scope: Scope, _ granularity: Granularity, range: TimeRange,
        asOf time: UnixTime, statistics: [StatisticName]? = nil
    ) async throws {
        let names = statistics ?? StatisticCatalogue.names(perIndex: scope.isIndex)
        let stored = try await history.range(
            RangeQuery(
                statistics: names, applications: [scope.application],
                indices: scope.isIndex ? .names([scope.index]) : .application, granularity: granularity,
                range: range), now: time, limit: .max)
        var byKey = Dictionary(uniqueKeysWithValues: stored.series.map { ($0.key, $0.points) })
        for name in names {
            for expected in truth.series(
                application: scope.application, index: scope.index, statistic: name, granularity: granularity,
                range: range, asOf: time)
            {
                let key = SeriesKey(
                    application: scope.application, statistic: name, index: scope.index, key: expected.key)
                match(byKey.removeValue(forKey: key) ?? [], expected.points, key)
            }
        }
        for (key, points) in byKey { match(points, [], key) }
    }

    private mutating func match(_ stored: [Point], _ expected: [Point], _ key: SeriesKey) {
        guard stored != expected else {
            equal += stored.count
            return
        }
        let storedValues = Dictionary(uniqueKeysWithValues: stored.map { ($0.time, $0.value) })
        let expectedValues = Dictionary(uniqueKeysWithValues: expected.map { ($0.time, $0.value) })
        for (time, value) in expectedValues.sorted(by: { $0.key < $1.key }) {
            let description = "\(key.index) \(key.statistic) \(key.key) \(RFC3339.string(time)): \(value)"
            switch storedValues[time] {
            case value?: equal += 1
            case let other?: wrong.append("\(description), stored \(other)")
            case nil: missing.append(description)
            }
        }
        for (time, value) in storedValues where expectedValues[time] == nil {
            wrong.append(
                "\(key.index) \(key.statistic) \(key.key) \(RFC3339.string(time)): not reported, stored \(value)")
        }
        wrong = Array(wrong.prefix(10))
        missing = Array(missing.prefix(10))
    }
}
