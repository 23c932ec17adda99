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
    /// The same without incomplete buckets: those that are not over, are cut by the range or were not fetched wholly.
    var whole: [RangeSeries]
    /// Where the newest complete bucket of each really began.
    var newest: [UnixTime?]
    /// Whether each is of the earlier range.
    var isEarlier: [Bool]
    /// The series of the answer, drawn or not.
    var count: Int

    /// - Parameter before: the earlier range that it is compared with.
    init(
        _ question: ExploreQuestion, _ answer: RangeAnswer, _ before: (query: RangeQuery, answer: RangeAnswer)?,
        now: UnixTime
    ) {
        let shown = before == nil ? Self.largest(answer.series) : Array(answer.series.prefix(Self.compared))
        let earlier = shown.compactMap { one in before?.answer.series.first { $0.key == one.key } }
        var (series, complete, newest): ([RangeSeries], [RangeSeries], [UnixTime?]) = ([], [], [])
        func add(
            _ stored: RangeSeries, _ query: RangeQuery, _ fetched: FetchedRanges, drawnAt: (UnixTime) -> UnixTime
        ) {
            var (drawn, whole) = (stored, stored)
            whole.points = []
            var last: UnixTime?
            for (position, point) in stored.points.enumerated() {
                let time = drawnAt(point.time)
                drawn.points[position].time = time
                let bucket = TimeRange(point.time, query.end(ofBucket: point.time))
                guard question.isOver(time, now: now),
                    !question.isCombined || fetched.contains(bucket, of: stored.key)
                else { continue }
                whole.points.append(Point(time: time, value: point.value))
                last = point.time
            }
            series.append(drawn)
            complete.append(whole)
            newest.append(last)
        }
        for one in shown { add(one, question.query, answer.fetched) { $0 } }
        for one in earlier {
            guard let before else { break }
            add(one, before.query, before.answer.fetched) { question.later(than: $0) }
        }
        self.series = series
        whole = complete
        self.newest = newest
        isEarlier = shown.map { _ in false } + earlier.map { _ in true }
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
