internal import GRDB
internal import UsageModel

/// Rows that contradict each other.
extension Verification {
    /// The answered ranges of every scope and granularity, by statistic or `*`.
    func answered() throws -> [Scope: [Granularity: [StatisticName: TimeRangeSet]]] {
        var answered: [Scope: [Granularity: [StatisticName: [TimeRange]]]] = [:]
        let rows = try Row.fetchCursor(
            db, sql: #"SELECT application, index_name, granularity, statistic, start, "end" FROM answered"#)
        while let row = try rows.next() {
            answered[try row.scope(0), default: [:]][try row.granularity(2), default: [:]][
                try row.name(3), default: []
            ].append(try row.range(4, 5))
        }
        return answered.mapValues { $0.mapValues { $0.mapValues { TimeRangeSet($0) } } }
    }

    /// Coverage that the answers do not prove, and answers that are not in it.
    func coverage() throws -> [Finding] {
        let answered = try answered()
        var covered: [Scope: [Granularity: TimeRangeSet]] = [:]
        for coverage in try CoverageTable(db: db).read(application: nil) {
            covered[coverage.scope, default: [:]][coverage.granularity] = coverage.ranges
        }
        var findings: [Finding] = []
        for scope in Set(answered.keys).union(covered.keys).sorted(by: { "\($0)" < "\($1)" }) {
            let served = try RefusalTable(db: db, application: scope.application).served(scope)
            for granularity in Granularity.allCases {
                let answers = answered[scope]?[granularity] ?? [:]
                let coverage = covered[scope]?[granularity] ?? TimeRangeSet()
                // A statistic that this version knows and the one before did not is not answered until the next answer.
                let most = History.fetched(served.filter { answers[$0] != nil }, in: answers)
                let least = History.fetched(served, in: answers)
                for (ranges, what) in [
                    (coverage.subtracting(most), "covered but not answered"),
                    (least.subtracting(coverage), "answered but not covered"),
                ] {
                    for range in ranges.ranges {
                        findings.append(
                            Finding(
                                table: "coverage", scope: scope, range,
                                "\(granularity.rawValue) points of this range are \(what)",
                                .restore))
                    }
                }
            }
        }
        return findings
    }

    /// Counts of one scope, which an answer has all or none of, by series.
    private func counts() throws -> [Scope: [(id: Int64, statistic: StatisticName)]] {
        var counts: [Scope: [(id: Int64, statistic: StatisticName)]] = [:]
        for (id, key) in try series() where key.api == .usage && key.key.isEmpty {
            guard let statistic = StatisticCatalogue.statistic(named: key.statistic), statistic.kind == .count,
                statistic.shape == .scalar, statistic.derivation == nil
            else { continue }
            counts[Scope(application: key.application, index: key.index), default: []].append((id, key.statistic))
        }
        return counts
    }

    /// Coverage without points: days that one count lacks in the middle of its history, though all others of the
    /// scope (at least three) have them and it was answered.
    func missingDays() throws -> [Finding] {
        let answered = try answered()
        var findings: [Finding] = []
        for (scope, counts) in try counts() where counts.count > 3 {
            for granularity in [Granularity.hourly, .daily] {
                let table = PackedTable.of(granularity)
                var rows: [Int64: [Int64]] = [:]
                for (id, _) in counts {
                    rows[id] = try Int64.fetchAll(
                        db, sql: "SELECT \(table.rowColumn) FROM \(table.name) WHERE series_id = ? ORDER BY 1",
                        arguments: [id])
                }
                let days = Dictionary(grouping: rows.values.joined(), by: { $0 }).mapValues(\.count)
                let common = days.filter { $0.value == counts.count - 1 }.keys
                for (id, statistic) in counts {
                    guard let first = rows[id]?.first, let last = rows[id]?.last else { continue }
                    let own = Set(rows[id] ?? [])
                    let fetched = History.fetched(statistic, in: answered[scope]?[granularity] ?? [:])
                    for row in common where row > first && row < last && !own.contains(row) {
                        guard (try? table.start(ofRow: row)) != nil, case let day = table.range(ofRow: row),
                            fetched.contains(day)
                        else { continue }
                        findings.append(
                            Finding(
                                table: table.name,
                                series: SeriesKey(
                                    application: scope.application, statistic: statistic, index: scope.index), day,
                                "covered but without points, which all other counts of the \(scope.isIndex ? "index" : "application") have",
                                .restoreUnlessUnreported))
                    }
                }
            }
        }
        return findings.sorted { "\($0)" < "\($1)" }
    }

    /// Days on which a derived statistic is not the difference of its operands.
    func derived() throws -> [Finding] {
        let series = try series()
        let ids = Dictionary(series.map { ($0.value, $0.key) }) { first, _ in first }
        let answered = try answered()
        var findings: [Finding] = []
        for granularity in [Granularity.hourly, .daily] {
            let table = PackedTable.of(granularity)
            let reader = try PackedRowReader(db, granularity)
            for (key, id) in ids.sorted(by: { $0.value < $1.value }) where key.api == .usage && key.key.isEmpty {
                guard let difference = StatisticCatalogue.statistic(named: key.statistic)?.derivation else { continue }
                func operand(_ statistic: StatisticName) -> Int64? {
                    var operand = key
                    operand.statistic = statistic
                    return ids[operand]
                }
                let scope = Scope(application: key.application, index: key.index)
                // Retention forgets answers first, then points, series by series.
                guard
                    let start = answered[scope]?[granularity]?.values.compactMap({ $0.ranges.first?.start }).min()
                else { continue }
                let range = TimeRange(table.floor(start + table.rowSeconds - 1), StoredTime.range.upperBound)
                var expected: [UnixTime: PointValue] = [:]
                if let minuend = operand(difference.minuend) {
                    try reader.forEach(series: minuend, range: range) { expected[$0.time] = $0.value }
                }
                if let subtrahend = operand(difference.subtrahend) {
                    try reader.forEach(series: subtrahend, range: range) { point in
                        expected[point.time] = expected[point.time]?.subtracting(point.value)
                    }
                }
                var rows = Set<Int64>()
                try reader.forEach(series: id, range: range) { point in
                    if expected.removeValue(forKey: point.time) != point.value { rows.insert(table.row(point.time)) }
                }
                rows.formUnion(expected.keys.map { table.row($0) })
                findings += rows.sorted().map {
                    Finding(
                        table: table.name, series: key, table.range(ofRow: $0),
                        "not \(difference), which it is derived from",
                        .restore)
                }
            }
        }
        return findings
    }

    /// The hours that a counter has counted.
    struct CountedHours {
        var sum = 0.0
        /// The value of the largest hour.
        var largest = 0.0
        /// Whether they are all that it ever counted: retention has deleted none.
        var isComplete: Bool
    }

    /// The hours that the counter of a count has counted; nil where the start of counting is not certain yet.
    func count(_ id: Int64, _ key: SeriesKey) throws -> CountedHours? {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT first_seen, counted_from FROM application WHERE id = ? AND is_confirmed",
                arguments: [key.application])
        else { return nil }
        let seen = Granularity.hourly.floor(try row.time(0)) + Granularity.hourly.seconds
        let countedFrom = try row.time(1)
        let answers = try AnsweredTable(
            db: db, scope: Scope(application: key.application, index: key.index), granularity: .hourly
        ).read()
        let counted =
            StatisticCatalogue.statistic(named: key.statistic)?.derivation == nil
            ? History.fetched(key.statistic, in: answers) : answers[key.statistic] ?? TimeRangeSet()
        var hours = CountedHours(isComplete: countedFrom <= seen)
        let reader = try PackedRowReader(db, .hourly)
        for range in counted.intersection(TimeRangeSet(TimeRange(max(seen, countedFrom), .max))).ranges {
            try reader.forEach(series: id, range: range) { point in
                hours.sum += point.value.double
                hours.largest = max(hours.largest, abs(point.value.double))
            }
        }
        return hours
    }

    /// Counters that are missing, negative, or far from the hours that they have counted.
    ///
    /// A counter has each hour with the value that it had when it settled, so late revisions are differences: up to a
    /// twentieth of the sum, or one hour, is none.
    func counters() throws -> [Finding] {
        var totals: [Int64: (total: PointValue, credit: PointValue)] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT series_id, total, credit FROM counter") {
            // Others are damaged rows.
            guard let total = try? row.value(1), let credit = try? row.value(2) else { continue }
            totals[try row.integer(0)] = (total, credit)
        }
        var findings: [Finding] = []
        for (id, key) in try series().sorted(by: { $0.key < $1.key })
        where key.api == .usage && StatisticCatalogue.statistic(named: key.statistic)?.kind == .count {
            func report(_ what: String) {
                findings.append(Finding(table: "counter", series: key, nil, what, .restore))
            }
            guard let (total, credit) = totals[id] else {
                report("missing")
                continue
            }
            guard total.double >= 0, total.double.isFinite else {
                report("\(total), which no counter can be")
                continue
            }
            guard let hours = try count(id, key) else { continue }
            let excess = total.double - credit.double - max(hours.sum, 0)
            let allowed = max(abs(hours.sum) / 20, hours.largest)
            // Points that retention has deleted stay counted.
            guard excess < -allowed || hours.isComplete && excess > allowed else { continue }
            report("\(total), though the hours that it has counted are \(PointValue(hours.sum))")
        }
        return findings
    }
}
