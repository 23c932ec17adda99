import TestSupport
import UsageModel

@testable import History

/// The contents that a history should have, as plainly as they can be kept: a value for each series and bucket.
struct HistoryModel {
    /// One series in one granularity.
    struct Track: Hashable {
        var key: SeriesKey
        var granularity: Granularity
    }

    private(set) var values: [Track: [UnixTime: PointValue]] = [:]

    /// Notes an answer.
    /// - Returns: points that are new, and points that had another value.
    mutating func store(
        _ series: [SeriesPoints], answering window: AnsweredWindow, keepsExisting: Bool = false
    ) -> (added: Int, revised: Int) {
        var (added, revised) = (0, 0)
        for one in series {
            let key = SeriesKey(
                application: window.scope.application, api: window.api, statistic: one.statistic,
                index: window.scope.index, key: one.key)
            let track = Track(key: key, granularity: window.granularity)
            for point in one.points where (0..<253_402_300_800).contains(point.time) {
                let bucket = window.granularity.floor(point.time)
                let old = values[track]?[bucket]
                if keepsExisting, old != nil { continue }
                if old == nil { added += 1 } else if old != point.value { revised += 1 }
                values[track, default: [:]][bucket] = point.value
            }
        }
        return (added, revised)
    }

    /// The points of one series within `range`, ascending.
    func points(_ key: SeriesKey, _ granularity: Granularity, _ range: TimeRange) -> [Point] {
        (values[Track(key: key, granularity: granularity)] ?? [:])
            .filter { range.contains($0.key) }.map { Point(time: $0.key, value: $0.value) }
            .sorted { $0.time < $1.time }
    }

    /// The answer to `query`.
    func answer(_ query: RangeQuery) -> [RangeSeries] {
        var answer: [RangeSeries] = []
        for track in values.keys where track.granularity == query.granularity && Self.isAsked(track.key, query) {
            var points = points(track.key, track.granularity, query.range)
            if let step = query.step, step > query.granularity.seconds {
                points = Self.fold(points, step, query.origin, query.aggregate(for: track.key.statistic))
            }
            if !points.isEmpty { answer.append(RangeSeries(key: track.key, points: points)) }
        }
        func rank(_ series: RangeSeries) -> Int { query.statistics.firstIndex(of: series.key.statistic) ?? -1 }
        answer.sort { left, right in
            (left.key.application, left.key.index, rank(left), left.key.key)
                < (right.key.application, right.key.index, rank(right), right.key.key)
        }
        guard let top = query.top else { return answer }
        let sums = answer.map { $0.points.reduce(0) { $0 + $1.value.double } }
        let order = answer.indices.sorted { sums[$0] == sums[$1] ? $0 < $1 : sums[$0] > sums[$1] }
        return order.prefix(top).map { answer[$0] }
    }

    private static func isAsked(_ key: SeriesKey, _ query: RangeQuery) -> Bool {
        guard query.statistics.contains(key.statistic), query.applications?.contains(key.application) ?? true,
            query.keys?.contains(key.key) ?? true
        else { return false }
        return switch query.indices {
        case .application: key.index.isEmpty
        case .all: !key.index.isEmpty
        case .names(let names): names.contains(key.index)
        }
    }

    private static func fold(
        _ points: [Point], _ step: Int64, _ origin: UnixTime, _ aggregate: Aggregate
    ) -> [Point] {
        let buckets = Dictionary(grouping: points) { origin + ($0.time - origin) / step * step }
        return buckets.keys.sorted().map { bucket in
            let values = (buckets[bucket] ?? []).map(\.value)
            let sum = values.dropFirst().reduce(values[0]) { $0.adding($1) }
            let value: PointValue =
                switch aggregate {
                case .sum: sum
                case .avg: values.count == 1 ? sum : PointValue(sum.double / Double(values.count))
                case .min: values.min() ?? sum
                case .max: values.max() ?? sum
                case .last: values[values.count - 1]
                case .count: .integer(Int64(values.count))
                }
            return Point(time: bucket, value: value)
        }
    }
}

/// Random answers, awkward in names, values and order.
struct RandomAnswers {
    static let applications: [ApplicationID] = ["APP", "B-2"]
    static let indices: [IndexName] = ["", "a", "ab", "a%b", "caf\u{E9}", "cafe\u{301}"]
    static let statistics: [StatisticName] = [
        "total_search_requests", "records", "avg_processing_time", "max_qps", "a_new*statistic",
    ]
    static let keys: [ServerName] = ["", "c1-1", "c1_1"]
    /// 2027-12-30T00:00:00Z: a year ends two days later, and a leap day comes two months later.
    static let start: UnixTime = 1_830_124_800
    static let days: Int64 = 70

    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed) }

    mutating func next() -> (series: [SeriesPoints], window: AnsweredWindow) {
        let granularity: Granularity = Bool.random(using: &generator) ? .hourly : .daily
        let buckets = Self.days * 86_400 / granularity.seconds
        let first = Int64.random(in: 0..<buckets, using: &generator)
        let last = min(first + Int64.random(in: 1...60, using: &generator), buckets)
        let window = AnsweredWindow(
            scope: Scope(application: pick(Self.applications), index: pick(Self.indices)), granularity: granularity,
            range: TimeRange(Self.start + first * granularity.seconds, Self.start + last * granularity.seconds),
            statistics: .all, fetchedAt: Self.start + (Self.days + 2) * 86_400, settleDelay: 7200)
        let series = Self.statistics.filter { _ in Bool.random(using: &generator) }.map { statistic in
            SeriesPoints(
                statistic: statistic, key: statistic == "max_qps" ? pick(Self.keys) : "",
                points: (first..<last).filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }.map {
                    Point(time: Self.start + $0 * granularity.seconds, value: value())
                })
        }
        return (series, window)
    }

    mutating func value() -> PointValue {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: .integer(0)
        case 1: .integer(-Int64.random(in: 1...1000, using: &generator))
        case 2: .integer(1 << 53 + Int64.random(in: 0...3, using: &generator))
        case 3: .real(Double.random(in: -1...1, using: &generator))
        case 4: .real(Double.random(in: 0.5...1, using: &generator) * 1e15)
        default: .integer(Int64.random(in: 0...10_000, using: &generator))
        }
    }

    /// A query about what these answers hold, and about some of what they do not.
    mutating func query() -> RangeQuery {
        let granularity: Granularity = Int.random(in: 0..<4, using: &generator) == 0 ? .daily : .hourly
        let from = Self.start + Int64.random(in: -5...Self.days * 24, using: &generator) * 3600
        var query = RangeQuery(
            statistics: some(Self.statistics + ["never_stored"]), granularity: granularity,
            range: TimeRange(from, from + Int64.random(in: 0...40 * 24, using: &generator) * 3600))
        if Bool.random(using: &generator) { query.applications = some(Self.applications + ["NONE"]) }
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: query.indices = .all
        case 1: query.indices = .names(some(Self.indices + ["never stored"]))
        default: break
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { query.keys = some(Self.keys) }
        if Bool.random(using: &generator) {
            query.step = granularity.seconds * Int64.random(in: 1...50, using: &generator)
            query.origin = query.range.start - Int64.random(in: 0...100, using: &generator) * granularity.seconds
            query.aggregate = Bool.random(using: &generator) ? Aggregate.allCases.randomElement(using: &generator) : nil
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { query.top = Int.random(in: 1...5, using: &generator) }
        return query
    }

    mutating func number(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func shuffled<Element>(_ all: [Element]) -> [Element] { all.shuffled(using: &generator) }

    private mutating func pick<Element>(_ all: [Element]) -> Element {
        all[Int.random(in: 0..<all.count, using: &generator)]
    }

    private mutating func some<Element>(_ all: [Element]) -> [Element] {
        Array(all.shuffled(using: &generator).prefix(Int.random(in: 1...all.count, using: &generator)))
    }
}

extension RandomAnswers {
    /// Stores forty answers in a history and in a model.
    mutating func filled() async throws -> (fixture: Fixture, model: HistoryModel) {
        let fixture = try Fixture()
        var model = HistoryModel()
        for _ in 0..<40 {
            let (series, window) = next()
            _ = try await fixture.history.store(series, answering: window)
            _ = model.store(series, answering: window)
        }
        return (fixture, model)
    }
}
