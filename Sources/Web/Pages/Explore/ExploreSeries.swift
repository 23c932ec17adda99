internal import History
internal import UsageModel

/// The series of one chart, as they are drawn: the largest, and beside them what they are compared with.
struct ExploreSeries: Sendable {
    /// Series of one answer that are drawn, the largest ones: more than eight are small charts.
    static let drawn = 24
    /// The most series that are compared with an earlier range.
    static let compared = 4

    /// At the times at which they are drawn.
    var series: [RangeSeries]
    /// The same without incomplete buckets.
    var whole: [RangeSeries]
    /// Where the newest complete bucket of each really began.
    var newest: [UnixTime?]
    /// Whether each is of the earlier range.
    var isEarlier: [Bool]
    /// The series of the answer, drawn or not.
    var count: Int

    /// - Parameter before: the answer that it is compared with.
    init(_ question: ExploreQuestion, _ answer: RangeAnswer, _ before: RangeAnswer?, now: UnixTime) {
        let shown = before == nil ? Self.largest(answer.series) : Array(answer.series.prefix(Self.compared))
        let earlier = shown.compactMap { one in before?.series.first { $0.key == one.key } }
        let moved = earlier.map { one in
            var one = one
            for position in one.points.indices {
                one.points[position].time = question.later(than: one.points[position].time)
            }
            return one
        }
        func isWhole(_ point: Point) -> Bool { question.isWhole(point, now: now) }
        series = shown + moved
        whole = series.map { one in
            var one = one
            one.points.removeAll { !isWhole($0) }
            return one
        }
        newest = zip(series, shown + earlier).map { drawn, stored in
            drawn.points.lastIndex(where: isWhole).map { stored.points[$0].time }
        }
        isEarlier = shown.map { _ in false } + moved.map { _ in true }
        count = answer.series.count
    }

    /// The largest series of an answer, in its order: all of them where there are no more than ``drawn``.
    private static func largest(_ series: [RangeSeries]) -> [RangeSeries] {
        guard series.count > drawn else { return series }
        let sums = series.map { $0.points.reduce(0) { $0 + abs($1.value.double) } }
        let kept = Set(series.indices.sorted { (sums[$1], $0) < (sums[$0], $1) }.prefix(drawn))
        return series.indices.filter(kept.contains).map { series[$0] }
    }

    /// How many are of the range that was asked for.
    var shown: Int { isEarlier.count { !$0 } }

    /// The attributes that tell the series apart, and the range that one is compared with.
    /// - Parameters:
    ///   - others: the keys to tell them from besides their own.
    ///   - statistic: the name of a statistic.
    func names(
        _ question: ExploreQuestion, among others: [SeriesKey] = [], statistic: @escaping (StatisticName) -> String
    ) -> [String] {
        let keys = series.map(\.key)
        func differs(_ part: (SeriesKey) -> some Hashable) -> Bool { Set((keys + others).map(part)).count > 1 }
        let parts: [(Bool, (SeriesKey) -> String)] = [
            (differs(\.application), \.application.text), (differs(\.index), \.index.text),
            (differs(\.key), \.key.text), (differs(\.statistic), { statistic($0.statistic) }),
        ]
        return zip(keys, isEarlier).map { key, isEarlier in
            let name = parts.filter(\.0).map { $0.1(key) }.filter { !$0.isEmpty }.joined(separator: " / ")
            return (name.isEmpty ? key.statistic.text : name) + (isEarlier ? ", \(question.comparison.words)" : "")
        }
    }
}
