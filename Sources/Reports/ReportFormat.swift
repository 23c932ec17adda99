public import Capacity

/// A form in which a capacity report is written.
public enum ReportFormat: String, Sendable, Hashable, CaseIterable {
    /// One file for people, with charts.
    case html
    /// GitHub's Markdown: the same words and tables.
    case markdown
    /// For programs: a document as of `/api/v1/capacity`.
    case json
    /// One tidy table.
    case csv

    public var contentType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .markdown: "text/markdown; charset=utf-8"
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8"
        }
    }

    /// The same report gives the same bytes.
    /// - Parameter appendix: whether the documents for people end with a table of every statistic.
    /// - Throws: never for what reports hold; template and encoder might.
    public func render(_ report: CapacityReport, appendix: Bool = false) throws -> [UInt8] {
        switch self {
        case .html: try HTMLReport(report, appendix: appendix).bytes
        case .markdown: Array(MarkdownReport(report, appendix: appendix).text.utf8)
        case .json: try CapacityDocument.json([report])
        case .csv: CSVReport(report).bytes
        }
    }
}
