internal import GRDB
internal import UsageModel

/// Folds minutes into the hourly points that outlive them.
///
/// Invariant: an hour that is over (a later one has begun in the same series) is rolled up in
/// the transaction that last changed it or began the later one; deleting minutes rolls them
/// up first. Doing it again writes the same.
struct MinutelyRollUp {
    private let db: Database
    private let table = PackedTable.of(.minutely)
    private let reader: PackedRowReader

    init(_ db: Database) throws {
        self.db = db
        reader = try PackedRowReader(db, .minutely)
    }

    /// The newest row of a series.
    func newestRow(series: Int64) throws -> Int64? {
        try reader.extent(series: series).map { table.row($0.end - 1) }
    }

    /// Rolls up what a write has finished.
    /// - Parameters:
    ///   - changed: the rows that were written.
    ///   - before: the newest row before that.
    func finish(_ key: SeriesKey, series: Int64, changed: [Int64], newestBefore before: Int64?) throws {
        guard !changed.isEmpty, let newest = try newestRow(series: series) else { return }
        var finished = Set(changed).subtracting([newest])
        if let before, before < newest { finished.insert(before) }
        for row in finished { try rollUp(key, series: series, row: row) }
    }

    /// Writes the hourly points of one row.
    func rollUp(_ key: SeriesKey, series: Int64, row: Int64) throws {
        let minutes = table.range(ofRow: row)
        for (name, aggregate) in StatisticCatalogue.rollUps(of: key.statistic) {
            var fold = BucketFold(step: Granularity.hourly.seconds, aggregate: aggregate)
            try reader.forEach(series: series, range: minutes) { fold.add($0) }
            fold.finish()
            guard !fold.points.isEmpty else { return }
            var hourly = key
            hourly.statistic = name
            var writer = try PackedRowWriter(db, .hourly)
            try writer.write(fold.points, series: SeriesTable(db: db).id(of: hourly))
        }
    }
}
