public import GRDB
public import UsageModel

/// A value in the file that no version of the exporter writes: the file is damaged.
struct DamagedRow: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ what: String) { description = what }
}

/// The columns of a row, by position.
///
/// Rows come from a disk, and disks flip bits: a column may hold anything. Every read says what it expects
/// and throws ``DamagedRow`` where it finds something else.
protocol Columns {
    func text(_ column: Int) throws -> String
    func integer(_ column: Int) throws -> Int64
    /// A point's value; nil for NULL.
    func value(_ column: Int) throws -> PointValue?
    func isNull(_ column: Int) throws -> Bool
    /// The name of a column in the file or in the statement.
    func name(ofColumn column: Int) -> String
}

extension Columns {
    /// A vendor's name.
    func name<Kind>(_ column: Int) throws -> VendorName<Kind> {
        guard let name = VendorName<Kind>(try text(column)) else { throw damaged(column, "a name without NUL") }
        return name
    }

    func optionalInteger(_ column: Int) throws -> Int64? { try isNull(column) ? nil : integer(column) }

    func flag(_ column: Int) throws -> Bool { try integer(column) != 0 }

    /// A time that arithmetic cannot take out of range.
    func time(_ column: Int) throws -> UnixTime {
        let time = try integer(column)
        guard StoredTime.range.contains(time) else { throw damaged(column, "a time") }
        return time
    }

    /// The same; nil for NULL.
    func optionalTime(_ column: Int) throws -> UnixTime? { try isNull(column) ? nil : time(column) }

    /// A range of two columns, its start first.
    func range(_ start: Int, _ end: Int) throws -> TimeRange {
        let (first, last) = (try time(start), try time(end))
        guard first <= last else { throw damaged(end, "a time that is not before the range's start") }
        return TimeRange(first, last)
    }

    func granularity(_ column: Int) throws -> Granularity { try named(column) }
    func api(_ column: Int) throws -> API { try named(column) }
    func level(_ column: Int) throws -> EndpointLevel { try named(column) }

    /// The identity of a series, in the columns `application, api, statistic, index_name, key` from `column` on.
    private func seriesKey(_ column: Int) throws -> SeriesKey {
        SeriesKey(
            application: try name(column), api: try api(column + 1), statistic: try name(column + 2),
            index: try name(column + 3), key: try name(column + 4))
    }

    /// A series, in the columns of ``SeriesTable/columns`` from `column` on.
    func series(_ column: Int) throws -> StoredSeries {
        StoredSeries(id: try integer(column), key: try seriesKey(column + 1))
    }

    /// A scope, in the columns `application, index_name` from `column` on.
    func scope(_ column: Int) throws -> Scope { Scope(application: try name(column), index: try name(column + 1)) }

    private func named<Name: RawRepresentable>(_ column: Int) throws -> Name where Name.RawValue == String {
        guard let name = Name(rawValue: try text(column)) else { throw damaged(column, "one of the known names") }
        return name
    }

    func damaged(_ column: Int, _ expected: String) -> DamagedRow {
        DamagedRow("column \"\(name(ofColumn: column))\" does not hold \(expected)")
    }
}

/// GRDB's `row[0]` would end the process where a column holds something else.
extension Row: Columns {
    func text(_ column: Int) throws -> String {
        guard case .string(let text) = try storage(column) else { throw damaged(column, "text") }
        return text
    }

    func integer(_ column: Int) throws -> Int64 {
        guard case .int64(let integer) = try storage(column) else { throw damaged(column, "an integer") }
        return integer
    }

    func value(_ column: Int) throws -> PointValue? {
        switch try storage(column) {
        case .int64(let integer): .integer(integer)
        case .double(let real): .real(real)
        case .null: nil
        default: throw damaged(column, "a number")
        }
    }

    func isNull(_ column: Int) throws -> Bool { if case .null = try storage(column) { true } else { false } }

    func name(ofColumn column: Int) -> String {
        let names = Array(columnNames)
        return names.indices.contains(column) ? names[column] : String(column)
    }

    private func storage(_ column: Int) throws -> DatabaseValue.Storage {
        try decode(DatabaseValue.self, atIndex: column).storage
    }
}

/// Names in rows and arguments. SQLite compares text by its bytes, as names are compared.
extension VendorName: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    /// Nil for what is no text.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> VendorName? {
        String.fromDatabaseValue(value).flatMap { VendorName($0) }
    }
}

/// Times that may be stored: the years 1 to 9999, as RFC 3339 writes them. Sums of a few of them fit an integer.
enum StoredTime {
    static let range: ClosedRange<UnixTime> = -62_135_596_800...253_402_300_800
}
