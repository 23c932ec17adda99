internal import GRDB
internal import UsageModel

/// The newest bucket that the vendor has dated, by what is stored: proof that it was at least that late.
///
/// Points that the exporter stamps itself, such as the status of a cluster, prove nothing.
struct NewestBucket {
    private let db: Database
    private let reader: PackedRowReader
    private let granularity: Granularity

    init(_ db: Database, _ granularity: Granularity) throws {
        self.db = db
        self.granularity = granularity
        reader = try PackedRowReader(db, granularity)
    }

    /// The start of the newest bucket of any series, or of one application's or scope's.
    /// - Parameter limit: buckets that begin later are passed over.
    func start(application: ApplicationID? = nil, index: IndexName? = nil, notAfter limit: UnixTime = .max) throws
        -> UnixTime?
    {
        // Hours of servers are made of their minutes.
        let api = granularity == .minutely ? API.monitoring : .usage
        var (sql, arguments) = ("SELECT id, statistic FROM series WHERE api = ?", StatementArguments([api.rawValue]))
        for (column, name) in [("application", application?.text), ("index_name", index?.text)] {
            guard let name else { continue }
            sql += " AND \(column) = ?"
            arguments += [name]
        }
        let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
        var newest: UnixTime?
        for row in rows {
            guard !StatisticCatalogue.describe(try row.name(1)).isMomentary else { continue }
            guard let start = try start(series: try row.integer(0), notAfter: limit, newerThan: newest) else {
                continue
            }
            newest = max(newest ?? start, start)
        }
        return newest
    }

    private func start(series: Int64, notAfter limit: UnixTime, newerThan known: UnixTime?) throws -> UnixTime? {
        guard let extent = try reader.extent(series: series), known.map({ extent.end > $0 }) ?? true else { return nil }
        guard extent.end > limit else { return try reader.last(series: series)?.time }
        // Only where something of the future is stored.
        var newest: UnixTime?
        let table = PackedTable.of(granularity)
        var end = max(limit, 0) / table.rowSeconds * table.rowSeconds + table.rowSeconds
        while newest == nil, end > extent.start {
            try reader.forEach(series: series, range: TimeRange(end - table.rowSeconds, min(end, limit + 1))) {
                newest = $0.time
            }
            guard newest == nil, let row = try reader.previousRow(series: series, before: end - table.rowSeconds) else {
                break
            }
            end = row + table.rowSeconds
        }
        return newest
    }
}
