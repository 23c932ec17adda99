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
        var (conditions, arguments) = (["api = ?"], StatementArguments([api.rawValue]))
        if let application {
            conditions.append("application = ?")
            arguments += [application]
        }
        if let index {
            conditions.append("index_name = ?")
            arguments += [index]
        }
        var newest: UnixTime?
        for series in try SeriesTable(db: db).read(conditions, arguments) {
            guard !StatisticCatalogue.describe(series.key.statistic).isMomentary,
                let extent = try reader.extent(series: series.id), extent.end > newest ?? .min,
                let start = try reader.last(series: series.id, notAfter: limit)?.time
            else { continue }
            newest = max(newest ?? start, start)
        }
        return newest
    }
}
