internal import GRDB
public import UsageModel

/// The time that was fetched of the scopes that a query is about.
public struct FetchedRanges: Sendable, Hashable {
    /// The range of the query, up to now: the future cannot be fetched.
    private let asked: TimeRange
    /// By scope, also outside the range asked; of lists of indices, by application.
    private var scopes: [Scope: TimeRangeSet] = [:]

    /// The share of the asked range, over all scopes, in 0 ... 1. 0 where nothing was asked for yet.
    public var share: Double {
        guard !asked.isEmpty, !scopes.isEmpty else { return 0 }
        let whole = TimeRangeSet(asked)
        let seconds = scopes.values.reduce(Int64(0)) { $0 + whole.intersection($1).seconds }
        return Double(seconds) / Double(asked.seconds * Int64(scopes.count))
    }

    /// Whether all that a series has of `bucket` was fetched.
    public func contains(_ bucket: TimeRange, of key: SeriesKey) -> Bool {
        // A list of indices is a state: one of them is enough for a bucket.
        key.api == .search || ranges(of: Scope(application: key.application, index: key.index)).contains(bucket)
    }

    /// The time that was fetched of one scope, also outside the range asked.
    public func ranges(of scope: Scope) -> TimeRangeSet { scopes[scope] ?? TimeRangeSet() }

    init(_ query: RangeQuery, now: UnixTime, in db: Database) throws {
        asked = TimeRange(query.range.start, min(query.range.end, now))
        guard !asked.isEmpty else { return }
        let selection = SeriesSelection(db: db, query: query)
        func isAbout(_ api: API) -> Bool {
            !query.statistics.isEmpty
                && query.statistics.allSatisfy { StatisticCatalogue.statistic(named: $0)?.api == api }
        }
        if isAbout(.search) {
            scopes = try Self.listed(selection, asked, in: db)
        } else if isAbout(.monitoring) {
            // Hours of servers come from their minutes, and are answered with them; those before from a coarser answer.
            scopes = try Self.answered(selection, .minutely, in: db)
            if query.granularity == .hourly {
                for (scope, hours) in try Self.reported(try selection.matches(), query.granularity, asked, in: db) {
                    scopes[scope] = hours.union(scopes[scope] ?? TimeRangeSet())
                }
            }
        } else {
            scopes = try Self.answered(selection, query.granularity, in: db)
        }
        // What has begun since the last poll is not missing yet: the newest, unfinished bucket.
        let open = TimeRangeSet(TimeRange(query.granularity.floor(now), now))
        scopes = scopes.mapValues { $0.isEmpty ? $0 : $0.union(open) }
    }

    /// Where all statistics of a query were answered: what is settled, and the live tail of each.
    ///
    /// What is missing of another statistic says nothing of these.
    private static func answered(
        _ selection: SeriesSelection, _ granularity: Granularity, in db: Database
    ) throws -> [Scope: TimeRangeSet] {
        let scopes = try selection.scopes()
        let statistics = selection.query.statistics.filter {
            $0.isBilling || StatisticCatalogue.describe($0).api == .usage
        }
        // What all statistics have, which is what `*` has at least, and what each has by its own name.
        var answered: [Scope: [StatisticName: TimeRangeSet]] = try selection.coverage(granularity)
            .filter { scopes.contains($0.scope) }
            .reduce(into: [:]) { $0[$1.scope] = [.everything: $1.ranges] }
        // Servers have no answers of their own by name.
        let isNamed = !statistics.isEmpty && granularity != .minutely
        if isNamed {
            for (scope, named) in try selection.answers(of: statistics, granularity) where scopes.contains(scope) {
                answered[scope, default: [:]].merge(named) { $1 }
            }
        }
        for tail in try selection.freshness(granularity) where tail.isLive {
            let range = TimeRangeSet(TimeRange(tail.tailStart, max(tail.fetchedAt, tail.completeUntil)))
            answered[tail.scope, default: [:]].merge([(tail.statistic, range)]) { $0.union($1) }
        }
        let billing = isNamed ? statistics.filter(\.isBilling) : []
        let others = isNamed ? statistics.filter { !$0.isBilling } : selection.query.statistics
        return Dictionary(
            uniqueKeysWithValues: scopes.map { scope in
                let answered = answered[scope] ?? [:]
                guard !billing.isEmpty else { return (scope, History.fetched(others, in: answered)) }
                // An answer to `*` is not about them.
                let known =
                    billing.map { answered[$0] ?? TimeRangeSet() }
                    + (others.isEmpty ? [] : [History.fetched(others, in: answered)])
                return (scope, known.dropFirst().reduce(known[0]) { $0.intersection($1) })
            })
    }

    /// The buckets of `asked` in which a list of indices was fetched, by application: those with a point of the
    /// application as a whole or of any index in question.
    private static func listed(
        _ selection: SeriesSelection, _ asked: TimeRange, in db: Database
    ) throws -> [Scope: TimeRangeSet] {
        var whole = selection.query
        whole.indices = .application
        whole.statistics = [StatisticCatalogue.entries]
        let series = try selection.matches() + SeriesSelection(db: db, query: whole).matches()
        return try reported(series, whole.granularity, asked, in: db)
    }

    /// The buckets of `asked` in which any of `series` has a point, by application.
    private static func reported(
        _ series: [StoredSeries], _ granularity: Granularity, _ asked: TimeRange, in db: Database
    ) throws -> [Scope: TimeRangeSet] {
        let reader = try PackedRowReader(db, granularity)
        let range = TimeRange(granularity.floor(asked.start), asked.end)
        var buckets: [Scope: Set<UnixTime>] = [:]
        for one in Set(series) {
            var times = Set<UnixTime>()
            try reader.forEach(series: one.id, range: range) { times.insert(granularity.floor($0.time)) }
            buckets[Scope(application: one.key.application), default: []].formUnion(times)
        }
        return buckets.mapValues { TimeRangeSet($0.map { TimeRange($0, $0 + granularity.seconds) }) }
    }
}

extension History {
    /// The time that was fetched of the scopes that `query` is about, without a look at its points.
    public func fetchedRanges(of query: RangeQuery, now: UnixTime) async throws -> FetchedRanges {
        try await read { db in try FetchedRanges(query, now: now, in: db) }
    }
}
