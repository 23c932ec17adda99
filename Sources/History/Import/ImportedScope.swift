internal import GRDB
internal import UsageModel

/// The points of one scope and granularity in two histories, and what they answer.
struct ImportedScope {
    let from: ImportReader
    let to: Database
    let scope: Scope
    let granularity: Granularity

    private typealias Answers = [StatisticName: TimeRangeSet]

    func merge() throws -> ImportOutcome {
        var outcome = ImportOutcome()
        let table = AnsweredTable(db: to, scope: scope, granularity: granularity)
        let ours = try table.read()
        let theirs = try from.read { try AnsweredTable(db: $0, scope: scope, granularity: granularity).read() }
        try mergePoints(ours, theirs, &outcome)

        let refusals = RefusalTable(db: to, application: scope.application)
        let served = try refusals.served(scope)
        var after = ours
        for (statistic, ranges) in theirs where !Self.isDerived(statistic) {
            let both = (ours[statistic] ?? TimeRangeSet()).union(ranges)
            guard both != ours[statistic] else { continue }
            after[statistic] = both
            try table.write(both, statistic: statistic)
        }
        if after != ours {
            let covered = History.fetched(served, in: after).seconds - History.fetched(served, in: ours).seconds
            if covered > 0 { outcome.covered[granularity] = covered }
            try table.deriveCoverage(from: after, served: served)
            try noteSettled(ours, after, refused: Set(refusals.read(EndpointLevel(scope)).keys))
            try releaseSetAside(after)
            if granularity == .hourly {
                let counted = try CounterTable(db: to).count(
                    scope, within: TimeRangeSet(TimeRange(.min, .max)), answered: after, before: ours, served: served)
                for (statistic, ranges) in counted { try table.write(ranges, statistic: statistic) }
            }
        }
        try mergeFreshness()
        return outcome
    }

    private static func isDerived(_ statistic: StatisticName) -> Bool {
        StatisticCatalogue.statistic(named: statistic)?.derivation != nil
    }

    // MARK: Points

    private func mergePoints(_ ourAnswers: Answers, _ theirAnswers: Answers, _ outcome: inout ImportOutcome) throws {
        let series = try from.read {
            try SeriesTable(db: $0).read(
                ["application = ?", "index_name = ?"], [scope.application, scope.index], orderBy: "id")
        }
        let range = TimeRange(0, StoredTime.range.upperBound)
        let ids = SeriesTable(db: to)
        let reader = try PackedRowReader(to, granularity)
        let rollUp = granularity == .minutely ? try MinutelyRollUp(to) : nil
        var derived = DerivedStatistics(to, scope, granularity)
        var isNewer: [API: Bool] = [:]
        // Derived ones are computed from their operands.
        for one in series where !Self.isDerived(one.key.statistic) {
            let points = try from.read {
                try PackedRowReader($0, granularity).points(series: one.id, range: range)
            }
            guard let first = points.first, let last = points.last else { continue }
            let id = try ids.id(of: one.key)
            var known: [UnixTime: PointValue] = [:]
            try reader.forEach(series: id, range: TimeRange(first.time, last.time + 1)) { known[$0.time] = $0.value }
            var new: [Point] = []
            for point in points {
                guard let old = known[point.time] else {
                    new.append(point)
                    continue
                }
                guard old != point.value else { continue }
                let isBetter = try prefersTheirs(one.key, point.time, ourAnswers, theirAnswers) {
                    if let known = isNewer[one.key.api] { return known }
                    let answer = try asked(one.key.api, from: true) > asked(one.key.api, from: false)
                    isNewer[one.key.api] = answer
                    return answer
                }
                if isBetter {
                    new.append(point)
                    outcome.replaced += 1
                } else {
                    outcome.kept += 1
                }
            }
            var writer = try PackedRowWriter(to, granularity)
            let newestRow = try rollUp?.newestRow(series: id)
            try writer.write(new, series: id)
            outcome.added += writer.added
            if one.key.api == .usage {
                derived.note(one.key.statistic, key: one.key.key, changed: writer.changedRows)
            }
            try rollUp?.finish(one.key, series: id, changed: writer.changedRows, newestBefore: newestRow)
        }
        try derived.write()
    }

    /// Whether the other history's value of a bucket is better.
    private func prefersTheirs(
        _ key: SeriesKey, _ time: UnixTime, _ ours: Answers, _ theirs: Answers, isNewer: () throws -> Bool
    ) rethrows -> Bool {
        let bucket = TimeRange(time, time + granularity.seconds)
        let (ours, theirs) = (isSettled(bucket, key, ours), isSettled(bucket, key, theirs))
        return ours == theirs ? try isNewer() : theirs
    }

    private func isSettled(_ bucket: TimeRange, _ key: SeriesKey, _ answers: Answers) -> Bool {
        switch key.api {
        case .usage: History.fetched(key.statistic, in: answers).contains(bucket)
        case .usageV2: answers[key.statistic]?.contains(bucket) ?? false
        case .monitoring: granularity == .minutely && History.fetched(key.statistic, in: answers).contains(bucket)
        case .search: false
        }
    }

    /// When a history last asked an API about the scope.
    private func asked(_ api: API, from isTheirs: Bool) throws -> UnixTime {
        let source: (sql: String, arguments: StatementArguments) =
            switch api {
            case .usage, .usageV2:
                (
                    """
                    SELECT max(time) FROM (
                        SELECT fetched_at AS time FROM freshness
                        WHERE application = ?1 AND index_name = ?2 AND granularity = ?3
                        UNION ALL SELECT checked_at FROM revision_check
                        WHERE application = ?1 AND index_name = ?2 AND granularity = ?3)
                    """, [scope.application, scope.index, granularity.rawValue]
                )
            case .monitoring:
                (
                    "SELECT max(fetched_at) FROM freshness WHERE application = ? AND granularity = 'minutely'",
                    [scope.application]
                )
            case .search: ("SELECT fetched_at FROM index_list WHERE application = ?", [scope.application])
            }
        func read(_ db: Database) throws -> UnixTime {
            try Row.fetchOne(db, sql: source.sql, arguments: source.arguments).flatMap { try $0.optionalTime(0) }
                ?? .min
        }
        return isTheirs ? try from.read(read) : try read(to)
    }

    // MARK: Answers

    /// Has remote write send what is settled now and was not.
    private func noteSettled(_ before: Answers, _ after: Answers, refused: Set<StatisticName>) throws {
        let new = after.flatMap { statistic, ranges in
            ranges.subtracting(before[statistic] ?? TimeRangeSet()).ranges
        }
        guard let start = new.map(\.start).min(), let end = new.map(\.end).max() else { return }
        var late = LateBuckets(to, granularity)
        for api in API.allCases {
            let window = AnsweredWindow(
                scope: scope, api: api, granularity: granularity, range: TimeRange(start, end), statistics: .all,
                fetchedAt: end, settleDelay: 0)
            try late.noteSettled(window, before: before, after: after, refused: refused)
        }
    }

    /// Answered ranges are no longer set aside.
    private func releaseSetAside(_ answers: Answers) throws {
        let table = SetAsideTable(db: to)
        let before = try table.read(application: scope.application, index: scope.index, granularity: granularity)
        let after = before.flatMap { one in
            let answered =
                one.statistic.isBilling
                ? answers[one.statistic] ?? TimeRangeSet() : History.fetched(one.statistic, in: answers)
            return TimeRangeSet(one.range).subtracting(answered).ranges.map { range in
                var rest = one
                rest.range = range
                return rest
            }
        }
        if after != before { try table.replace(scope, granularity, with: after) }
    }

    /// The live tail of each statistic that is complete for longer.
    private func mergeFreshness() throws {
        let rows = try from.read { try FreshnessTable(db: $0).read(scope, granularity) }
        for row in rows {
            try FreshnessTable(db: to).note(row)
        }
    }
}
