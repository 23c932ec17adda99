internal import GRDB
public import UsageModel

/// The newest complete values of one series.
public struct LatestSeries: Sendable, Hashable {
    public var key: SeriesKey
    /// The newest complete hour, if it was reported. Of a list of indices, the newest hour in which it was fetched, if
    /// the newest list has the index.
    public var hourly: Point?
    /// The newest complete day, if it was reported.
    public var daily: Point?
    /// The newest minute that was reported, however old.
    public var minutely: Point?
    /// The persisted total of a count.
    public var total: PointValue?
}

/// Everything that `/metrics` shows of the history.
public struct Latest: Sendable {
    /// In the order of application, index, statistic, key.
    public var series: [LatestSeries]
    /// The freshness of all statistics but the billing metrics.
    public var freshness: [Freshness]
    /// The freshness of the billing metrics.
    public var billingFreshness: [Freshness] = []
    /// The billing metrics of all applications, by the statistic that each is stored under.
    public var billingMetrics: [StatisticName: BillingMetric] = [:]
    public var coverage: [Coverage]
}

extension History {
    /// The newest complete bucket of every series: the last that was fetched
    /// after its end. A series whose newest bucket was not reported has no
    /// value there, however recent the one before.
    ///
    /// SQLite reads one page for the newest row of each series. With 41,000 series, these reads take most of the time
    /// to the first scrape, so one reader looks up the days while another reads everything else. The days come from
    /// another transaction: after a write between the two, they are older or newer than the rest.
    public func latest() async throws -> Latest {
        async let newestDays = read { db in
            try Self.newestValues(.daily, try FreshnessTable(db: db).all(), in: db)
        }
        let (found, ids) = try await latestWithoutDays()
        let days = try await newestDays
        var latest = found
        // The list of indices is stored by hour only.
        for (position, id) in ids.enumerated() where latest.series[position].key.api != .search {
            latest.series[position].daily = days[id]
        }
        latest.series.removeAll {
            $0.hourly == nil && $0.daily == nil && $0.minutely == nil && $0.total == nil
        }
        return latest
    }

    /// The same without days, with the id of each series; a series without any value is among them.
    private func latestWithoutDays() async throws -> (Latest, ids: [Int64]) {
        try await read { db in
            let freshness = try FreshnessTable(db: db).all()
            let hourly = try Self.newestValues(.hourly, freshness, in: db)
            let minutes = try PackedRowReader(db, .minutely)
            let hours = try PackedRowReader(db, .hourly)
            let listed = try IndexInventoryTable(db: db).listed()
            let rows = try RawStatement(
                db,
                """
                SELECT \(SeriesTable.columns), total
                FROM series LEFT JOIN counter ON series_id = id
                ORDER BY \(SeriesTable.order)
                """)
            defer { rows.reset() }
            var names = SharedNames()
            var (series, ids): ([LatestSeries], [Int64]) = ([], [])
            while try rows.step() {
                let id = try rows.integer(0)
                let api = try rows.api(2)
                let key = try names.series(rows, api)
                var newest = LatestSeries(key: key, total: try rows.value(6))
                switch api {
                case .search:
                    let isListed =
                        key.index.isEmpty || listed.contains(Scope(application: key.application, index: key.index))
                    newest.hourly = isListed ? try hours.last(series: id) : nil
                    newest.total = nil
                case .monitoring:
                    newest.hourly = hourly[id]
                    newest.minutely = try minutes.last(series: id)
                default:
                    newest.hourly = hourly[id]
                }
                series.append(newest)
                ids.append(id)
            }
            let latest = Latest(
                series: series, freshness: freshness.filter { !$0.statistic.isBilling },
                billingFreshness: freshness.filter { $0.statistic.isBilling },
                billingMetrics: try BillingMetricTable(db: db).byStatistic(),
                coverage: try CoverageTable(db: db).read(application: nil))
            return (latest, ids)
        }
    }

    /// The newest complete point by series id.
    private static func newestValues(
        _ granularity: Granularity, _ freshness: [Freshness], in db: Database
    ) throws -> [Int64: Point] {
        let table = PackedTable.of(granularity)
        var newest: [Int64: Point] = [:]
        let tails = Dictionary(grouping: freshness.filter { $0.granularity == granularity }, by: \.scope)
        for (scope, tails) in tails {
            // The wildcard's answer and a name's may differ in age; the newer one counts.
            let byName = Dictionary(tails.map { ($0.statistic, $0.completeUntil) }) { first, _ in first }
            let wildcard = byName[.everything] ?? .min
            let isWildcardAlone = byName.count == 1 && byName[.everything] != nil
            func newestEnd(_ statistic: StatisticName) -> UnixTime {
                guard let derivation = StatisticCatalogue.statistic(named: statistic)?.derivation else {
                    return max(wildcard, byName[statistic] ?? .min)
                }
                // As new as the oldest of its operands that is asked for at all.
                return derivation.operands.map { max(wildcard, byName[$0] ?? .min) }.filter { $0 > .min }.min() ?? .min
            }
            for completeUntil in Set(byName.values) {
                let bucket = completeUntil - granularity.seconds
                guard table.holds(bucket) else { continue }
                let rows = try RawStatement(db, table.selectSlot(table.slot(bucket)))
                rows.bind(1, scope.application.text)
                rows.bind(2, scope.index.text)
                rows.bind(3, table.row(bucket))
                defer { rows.reset() }
                while try rows.step() {
                    // Where `*` alone is asked for, all that it answers is as new.
                    if try !isWildcardAlone || rows.api(2) == .usageV2 {
                        let (statistic, api): (StatisticName, API) = (try rows.name(1), try rows.api(2))
                        let end = api == .usageV2 ? byName[statistic] ?? .min : newestEnd(statistic)
                        guard completeUntil == end else { continue }
                    }
                    newest[try rows.integer(0)] = try rows.value(4).map { Point(time: bucket, value: $0) }
                }
            }
        }
        return newest
    }
}

/// The names of series that are read in their order. A name that was read before shares its text: there are as many
/// series as statistics times indices, and far fewer names.
private struct SharedNames {
    private var application: ApplicationID = ""
    private var index: IndexName = ""
    private var statistics: Set<StatisticName> = []

    /// The series of ``SeriesTable/columns``.
    mutating func series(_ row: RawStatement, _ api: API) throws -> SeriesKey {
        if !row.holds(1, application.text) { application = try row.name(1) }
        if !row.holds(4, index.text) { index = try row.name(4) }
        let (_, statistic) = statistics.insert(try row.name(3))
        return SeriesKey(
            application: application, api: api, statistic: statistic, index: index, key: try row.name(5))
    }
}
