internal import GRDB
internal import UsageModel

/// Brings answers, coverage and derived statistics of a repaired history in line with the points that it has.
struct RepairedAnswers {
    let db: Database
    let salvage: Salvage
    let series: [Int64: SeriesKey]
    /// What may be lost of each series.
    var lost: [Granularity: [Int64: [TimeRange]]]
    /// The coverage of the damaged file, which may prove what its answers no longer do.
    let covered: [Coverage]
    let now: UnixTime

    private typealias Answers = [StatisticName: TimeRangeSet]

    /// A scope in one granularity.
    private struct Place: Hashable {
        var scope: Scope
        var granularity: Granularity
    }

    /// Until when the hours of each application may have been counted without being there any more.
    private(set) var countedUntil: [ApplicationID: UnixTime] = [:]

    init(
        db: Database, salvage: Salvage, series: [Int64: SeriesKey], lost: [Granularity: [Int64: [TimeRange]]],
        covered: [Coverage], now: UnixTime
    ) {
        self.db = db
        self.salvage = salvage
        self.series = series
        self.lost = lost
        self.covered = covered
        self.now = now
    }

    /// Withdraws the answers about what may be lost.
    /// - Parameter isSeriesLost: whether there may have been series that nothing names any more.
    /// - Returns: what may be lost, as far as it was answered or is not asked for.
    mutating func settle(isSeriesLost: Bool) throws -> [LostSeries] {
        try restoreOperands(isSeriesLost: isSeriesLost)
        try rollUp()
        try restoreAnswers()
        try rederive()
        var places: [Place: Answers] = [:]
        for (granularity, byId) in lost {
            for (id, ranges) in byId {
                // Hours of servers are not asked for, nor are lists of indices of the past.
                guard let key = series[id], key.api != .search, !isDerived(key.statistic),
                    (key.api == .monitoring) == (granularity == .minutely)
                else { continue }
                let place = Place(
                    scope: Scope(application: key.application, index: key.index), granularity: granularity)
                let known = places[place]?[key.statistic] ?? TimeRangeSet()
                places[place, default: [:]][key.statistic] = known.union(TimeRangeSet(ranges))
            }
        }
        for finding in try Verification(db, now: now).missingDays() {
            guard let application = finding.application, let index = finding.index, let statistic = finding.statistic,
                let range = finding.range, let granularity = granularity(finding.table)
            else { continue }
            let place = Place(scope: Scope(application: application, index: index), granularity: granularity)
            let known = places[place]?[statistic] ?? TimeRangeSet()
            places[place, default: [:]][statistic] = known.union(TimeRangeSet(range))
        }
        for (place, ranges) in try contradictions() {
            for statistic in try names(place, answers: table(place).read()) + [.everything] {
                let known = places[place]?[statistic] ?? TimeRangeSet()
                places[place, default: [:]][statistic] = known.union(ranges)
            }
        }
        if isSeriesLost { try noteLostSeries(&places) }
        var all: [LostSeries] = []
        for (place, lost) in places.sorted(by: { "\($0.key)" < "\($1.key)" }) { all += try withdraw(lost, place) }
        all += try uncollected()
        for place in try answeredPlaces() {
            try table(place).deriveCoverage(
                from: table(place).read(),
                served: RefusalTable(db: db, application: place.scope.application).served(place.scope))
        }
        return all
    }

    private func table(_ place: Place) -> AnsweredTable {
        AnsweredTable(db: db, scope: place.scope, granularity: place.granularity)
    }

    private func granularity(_ table: String?) -> Granularity? {
        Granularity.allCases.first { PackedTable.of($0).name == table }
    }

    private func isDerived(_ statistic: StatisticName) -> Bool {
        StatisticCatalogue.statistic(named: statistic)?.derivation != nil
    }

    private func answeredPlaces() throws -> [Place] {
        try Row.fetchAll(
            db, sql: "SELECT DISTINCT application, index_name, granularity FROM answered ORDER BY 1, 2, 3"
        ).map { Place(scope: try $0.scope(0), granularity: try $0.granularity(2)) }
    }

    /// The statistics that an answer to `*` may be about.
    private func names(_ place: Place, answers: Answers) throws -> [StatisticName] {
        let isMonitoring = place.granularity == .minutely
        let known = series.values.filter {
            $0.application == place.scope.application && $0.index == place.scope.index
                && $0.api == (isMonitoring ? .monitoring : .usage)
        }.map(\.statistic)
        let served =
            isMonitoring ? [] : try RefusalTable(db: db, application: place.scope.application).served(place.scope)
        return Set(answers.keys).union(known).union(served)
            .filter { $0 != .everything && !$0.isBilling && !isDerived($0) }.sorted()
    }

    // MARK: What can be computed

    /// Computes operands that are lost from the derived statistic and the other operand.
    private mutating func restoreOperands(isSeriesLost: Bool) throws {
        let ids = Dictionary(series.map { ($0.value, $0.key) }) { first, _ in first }
        for granularity in [Granularity.hourly, .daily] {
            let reader = try PackedRowReader(db, granularity)
            let table = PackedTable.of(granularity)
            for (id, key) in series where key.api == .usage && key.key.isEmpty {
                guard let difference = StatisticCatalogue.statistic(named: key.statistic)?.derivation else { continue }
                func operand(_ statistic: StatisticName) -> Int64? {
                    var operand = key
                    operand.statistic = statistic
                    return ids[operand]
                }
                func ranges(_ id: Int64?) -> TimeRangeSet {
                    TimeRangeSet(id.flatMap { lost[granularity]?[$0] } ?? [])
                }
                func points(_ id: Int64?, _ range: TimeRange) throws -> [UnixTime: PointValue] {
                    var points: [UnixTime: PointValue] = [:]
                    if let id { try reader.forEach(series: id, range: range) { points[$0.time] = $0.value } }
                    return points
                }
                guard let minuend = operand(difference.minuend) else { continue }
                let subtrahend = operand(difference.subtrahend)
                // One that nothing names any more is not nothing.
                guard subtrahend != nil || !isSeriesLost else { continue }
                let (lostMinuend, lostSubtrahend) = (ranges(minuend), ranges(subtrahend))
                var writer = try PackedRowWriter(db, granularity)
                for range in lostMinuend.subtracting(lostSubtrahend).ranges {
                    let (differences, known) = (try points(id, range), try points(minuend, range))
                    let subtrahends = try points(subtrahend, range)
                    let restored = differences.compactMap { time, value -> Point? in
                        guard known[time] == nil, case .integer = value else { return nil }
                        guard let other = subtrahends[time] else { return Point(time: time, value: value) }
                        guard case .integer = other else { return nil }
                        return Point(time: time, value: value.adding(other))
                    }
                    try writer.write(restored.sorted { $0.time < $1.time }, series: minuend)
                    // In a row of differences, a bucket without one had no minuend.
                    let inexact = differences.keys.filter { known[$0] == nil }
                        .filter { time in !restored.contains { $0.time == time } }
                    let rows = Set(differences.keys.map(table.row)).subtracting(inexact.map(table.row))
                    let whole = TimeRangeSet(rows.map { table.range(ofRow: $0) }).subtracting(ranges(id))
                    let rest = ranges(minuend).subtracting(whole).ranges
                    lost[granularity]?[minuend] = rest
                }
                guard let subtrahend else { continue }
                for range in lostSubtrahend.subtracting(lostMinuend).ranges {
                    let (differences, known) = (try points(id, range), try points(subtrahend, range))
                    let minuends = try points(minuend, range)
                    // 0 is what an operand without a value counts for.
                    let restored = differences.compactMap { time, value -> Point? in
                        guard known[time] == nil, case .integer = value, case .integer? = minuends[time],
                            let other = minuends[time]?.subtracting(value), other != .integer(0)
                        else { return nil }
                        return Point(time: time, value: other)
                    }
                    try writer.write(restored.sorted { $0.time < $1.time }, series: subtrahend)
                }
            }
        }
    }

    /// Folds minutes into hours that are lost.
    private func rollUp() throws {
        let hours = TimeRangeSet(
            (lost[.hourly] ?? [:]).filter { series[$0.key]?.api == .monitoring }.values.joined())
        guard !hours.isEmpty else { return }
        let minutes = try MinutelyRollUp(db)
        for (id, key) in series.sorted(by: { $0.key < $1.key }) where key.api == .monitoring {
            let rows = try Int64.fetchAll(
                db, sql: "SELECT hour FROM minutely WHERE series_id = ? ORDER BY hour", arguments: [id])
            let table = PackedTable.of(.minutely)
            // The newest hour is not over.
            for row in rows.dropLast() where hours.contains(table.range(ofRow: row)) {
                try minutes.rollUp(key, series: id, row: row)
            }
        }
    }

    /// Computes derived statistics anew where they are lost, or are not what they are derived from.
    private func rederive() throws {
        var rows: [Place: [StatisticName: Set<Int64>]] = [:]
        func note(_ key: SeriesKey, _ granularity: Granularity, _ changed: [Int64]) {
            guard let minuend = StatisticCatalogue.statistic(named: key.statistic)?.derivation?.minuend else { return }
            let place = Place(scope: Scope(application: key.application, index: key.index), granularity: granularity)
            rows[place, default: [:]][minuend, default: []].formUnion(changed)
        }
        for finding in try Verification(db, now: now).derived() {
            guard let application = finding.application, let index = finding.index, let statistic = finding.statistic,
                let range = finding.range, let granularity = granularity(finding.table)
            else { continue }
            let key = SeriesKey(application: application, statistic: statistic, index: index)
            let table = PackedTable.of(granularity)
            guard let id = try SeriesTable(db: db).existing(key) else { continue }
            try db.execute(
                sql: "DELETE FROM \(table.name) WHERE series_id = ? AND \(table.rowColumn) = ?",
                arguments: [id, table.row(range.start)])
            note(key, granularity, [table.row(range.start)])
        }
        let known = Dictionary(series.map { ($0.value, $0.key) }) { first, _ in first }
        for granularity in [Granularity.hourly, .daily] {
            let table = PackedTable.of(granularity)
            for (id, key) in series where key.api == .usage && key.key.isEmpty {
                for derived in StatisticCatalogue.derived where derived.derivation?.minuend == key.statistic {
                    var target = key
                    target.statistic = derived.name
                    let ranges =
                        known[target].map { lost[granularity]?[$0] ?? [] } ?? [
                            TimeRange(0, StoredTime.range.upperBound)
                        ]
                    guard !ranges.isEmpty else { continue }
                    let all = try Int64.fetchAll(
                        db, sql: "SELECT \(table.rowColumn) FROM \(table.name) WHERE series_id = ?", arguments: [id])
                    let places = TimeRangeSet(ranges)
                    note(target, granularity, all.filter { places.contains(table.range(ofRow: $0)) })
                }
            }
        }
        for (place, byStatistic) in rows {
            var derived = DerivedStatistics(db, place.scope, place.granularity)
            for (statistic, changed) in byStatistic { derived.note(statistic, key: "", changed: Array(changed)) }
            try derived.write()
        }
    }

    // MARK: Answers

    /// Whether answers of a place may be lost.
    private func isIncomplete(_ name: String, _ place: Place) -> Bool {
        let prefix: RowKey = [
            place.scope.application.databaseValue, place.scope.index.databaseValue,
            place.granularity.rawValue.databaseValue,
        ]
        return (salvage.gaps[name] ?? []).contains { $0.mayContain(prefix: prefix) }
    }

    /// Takes coverage for answers where the answers are lost. What is counted is then not known.
    private mutating func restoreAnswers() throws {
        let places = Dictionary(grouping: covered) { Place(scope: $0.scope, granularity: $0.granularity) }
            .mapValues { TimeRangeSet($0.flatMap(\.ranges.ranges)) }
        for (place, ranges) in places where isIncomplete("answered", place) {
            let limit = Verification(db, now: now).limit
            let known = try table(place).read()[.everything] ?? TimeRangeSet()
            try table(place).write(
                known.union(ranges.intersection(TimeRangeSet(TimeRange(.min, place.granularity.floor(limit))))),
                statistic: .everything)
        }
        for application in Set(series.values.map(\.application)) {
            let scopes = Set(series.values.filter { $0.application == application }.map(\.index))
            guard
                scopes.contains(where: {
                    isIncomplete(
                        "answered", Place(scope: Scope(application: application, index: $0), granularity: .hourly))
                })
            else { continue }
            if let newest = try NewestBucket(db, .hourly).start(application: application) {
                noteCounted(application, until: newest + Granularity.hourly.seconds)
            }
        }
    }

    private mutating func noteCounted(_ application: ApplicationID, until time: UnixTime) {
        countedUntil[application] = max(countedUntil[application] ?? .min, time)
    }

    /// What is answered and not covered, though both can be read: one of the two is wrong.
    private func contradictions() throws -> [Place: TimeRangeSet] {
        var found: [Place: TimeRangeSet] = [:]
        for place in try answeredPlaces() where !isIncomplete("coverage", place) && !isIncomplete("answered", place) {
            let served = try RefusalTable(db: db, application: place.scope.application).served(place.scope)
            let covered = TimeRangeSet(
                covered.filter { $0.scope == place.scope && $0.granularity == place.granularity }
                    .flatMap(\.ranges.ranges))
            let rest = History.fetched(served, in: try table(place).read()).subtracting(covered)
            if !rest.isEmpty { found[place] = rest }
        }
        return found
    }

    /// Notes everything about statistics whose series may be lost.
    private func noteLostSeries(_ places: inout [Place: Answers]) throws {
        for place in try answeredPlaces() {
            let answers = try table(place).read()
            let known = Set(
                series.values.filter {
                    $0.application == place.scope.application && $0.index == place.scope.index
                }.map(\.statistic))
            let named = answers.keys.filter { $0 != .everything && !isDerived($0) }
            for statistic in Set(try names(place, answers: answers)).union(named).subtracting(known) {
                places[place, default: [:]][statistic] = TimeRangeSet(TimeRange(0, StoredTime.range.upperBound))
            }
        }
    }

    /// Withdraws answers of one place: what is lost of one statistic, or, as `*`, of all.
    private mutating func withdraw(_ lost: Answers, _ place: Place) throws -> [LostSeries] {
        let table = table(place)
        let before = try table.read()
        var after = before
        for (statistic, ranges) in before where statistic != .everything && !isDerived(statistic) {
            after[statistic] = ranges.subtracting(lost[statistic] ?? TimeRangeSet())
        }
        // Billing metrics are never answered by `*`.
        let usual = lost.filter { !$0.key.isBilling }
        if let everything = before[.everything] {
            let stretch = everything.intersection(TimeRangeSet(usual.values.flatMap(\.ranges)))
            if !stretch.isEmpty {
                after[.everything] = everything.subtracting(stretch)
                let all = usual[.everything] ?? TimeRangeSet()
                for name in try names(place, answers: before) {
                    let rest = stretch.subtracting(usual[name] ?? TimeRangeSet()).subtracting(all)
                    after[name] = (after[name] ?? TimeRangeSet()).union(rest)
                }
            }
        }
        for (statistic, ranges) in after where ranges != before[statistic] {
            try table.write(ranges, statistic: statistic)
        }
        var series: [LostSeries] = []
        for (statistic, ranges) in lost where statistic != .everything {
            let answered =
                statistic.isBilling ? before[statistic] ?? TimeRangeSet() : History.fetched(statistic, in: before)
            let withdrawn = ranges.intersection(answered)
            guard !withdrawn.isEmpty else { continue }
            series.append(
                LostSeries(
                    scope: place.scope, granularity: place.granularity, statistic: statistic, ranges: withdrawn,
                    isCollected: true))
            if place.granularity == .hourly, !statistic.isBilling, let end = withdrawn.ranges.last?.end {
                noteCounted(place.scope.application, until: end)
            }
        }
        return series
    }

    /// Lost points that no API is asked for again: states that the exporter stamps itself, and hours of minutes.
    private func uncollected() throws -> [LostSeries] {
        var all: [LostSeries] = []
        for (granularity, byId) in lost {
            let table = PackedTable.of(granularity)
            for (id, ranges) in byId {
                guard let key = series[id], key.api == .search || key.api == .monitoring && granularity != .minutely
                else { continue }
                let rows = try Int64.fetchAll(
                    db, sql: "SELECT \(table.rowColumn) FROM \(table.name) WHERE series_id = ?", arguments: [id])
                // Nothing is known of the time before the first and after the last.
                guard let first = rows.min(), let last = rows.max() else { continue }
                let missing = TimeRangeSet(ranges)
                    .subtracting(TimeRangeSet(rows.map { table.range(ofRow: $0) }))
                    .intersection(
                        TimeRangeSet(TimeRange(table.range(ofRow: first).start, table.range(ofRow: last).end)))
                guard !missing.isEmpty else { continue }
                all.append(
                    LostSeries(
                        scope: Scope(application: key.application, index: key.index), granularity: granularity,
                        statistic: key.statistic, ranges: missing, isCollected: false))
            }
        }
        return all
    }
}
