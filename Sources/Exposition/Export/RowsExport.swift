public import History
public import UsageModel

/// Writes the history as rows with Algolia's own values: a row for each point, series by series, ascending in time.
///
/// Rows do not say how wide their buckets are, so all of one export are of one width. Constant memory: a page of one
/// series at a time.
public struct RowsExport: Sendable {
    public enum Format: Sendable {
        /// With a header (RFC 4180, lines end in LF).
        case csv
        /// A JSON object on each line.
        case jsonLines
    }

    private let series: [StoredSeries]
    private let granularity: Granularity
    private let range: TimeRange
    private let format: Format

    public init(_ series: [StoredSeries], granularity: Granularity, range: TimeRange, format: Format) {
        self.series = series
        self.granularity = granularity
        self.range = range
        self.format = format
    }

    /// Writes everything.
    /// - Parameter write: is given the text piece by piece.
    public func write(from history: History, to write: ([UInt8]) throws -> Void) async throws {
        if format == .csv { try write(PointRows.csvHeader) }
        for one in series {
            var rest: TimeRange? = range
            while let asked = rest {
                let page = try await history.page(of: [one], granularity, range: asked)
                rest = page.rest
                let points = page.points[0]
                try write(format == .csv ? PointRows.csv(one.key, points) : PointRows.jsonLines(one.key, points))
            }
        }
    }
}
