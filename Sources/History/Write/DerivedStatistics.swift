internal import GRDB
internal import UsageModel

/// Keeps the points of derived statistics in line with their operands'.
///
/// Invariant: a bucket of a difference is stored where its minuend is, and is the minuend
/// less the subtrahend, or less 0 where that is not reported. It is written in the
/// transaction that writes either of them, so readers of the file never compute it.
struct DerivedStatistics {
    private let db: Database
    private let scope: Scope
    private let table: PackedTable
    private let granularity: Granularity
    /// Rows in which an operand has changed, by the derived statistic's position in the catalogue.
    private var rows: [Int: Set<Int64>] = [:]

    init(_ db: Database, _ scope: Scope, _ granularity: Granularity) {
        self.db = db
        self.scope = scope
        self.granularity = granularity
        table = .of(granularity)
    }

    /// Notes rows of a statistic that have changed.
    mutating func note(_ statistic: StatisticName, key: ServerName, changed: [Int64]) {
        guard key.isEmpty, !changed.isEmpty else { return }
        for (position, derived) in StatisticCatalogue.derived.enumerated()
        where derived.derivation?.operands.contains(statistic) == true {
            rows[position, default: []].formUnion(changed)
        }
    }

    /// Writes what has changed.
    func write() throws {
        guard !rows.isEmpty else { return }
        let ids = SeriesTable(db: db)
        let reader = try PackedRowReader(db, granularity)
        for (position, rows) in rows {
            let derived = StatisticCatalogue.derived[position]
            guard let difference = derived.derivation, let minuend = try id(difference.minuend) else { continue }
            let subtrahend = try id(difference.subtrahend)
            let target = try ids.id(of: key(derived.name))
            for row in rows {
                var points = try reader.points(series: minuend, range: table.range(ofRow: row))
                if let subtrahend {
                    var values: [UnixTime: PointValue] = [:]
                    try reader.forEach(series: subtrahend, range: table.range(ofRow: row)) {
                        values[$0.time] = $0.value
                    }
                    for position in points.indices {
                        guard let value = values[points[position].time] else { continue }
                        points[position].value = points[position].value.subtracting(value)
                    }
                }
                var writer = try PackedRowWriter(db, granularity)
                try writer.write(points, series: target)
            }
        }
    }

    private func key(_ statistic: StatisticName) -> SeriesKey {
        SeriesKey(application: scope.application, statistic: statistic, index: scope.index)
    }

    private func id(_ statistic: StatisticName) throws -> Int64? { try SeriesTable(db: db).existing(key(statistic)) }
}
