internal import GRDB
internal import GRDBSQLite
internal import UsageModel

/// A cached statement, bound and stepped without boxing each value: packed rows
/// have many columns, and their reading and writing is what the history does all day.
struct RawStatement {
    private let statement: Statement
    private let pointer: OpaquePointer
    private unowned let database: Database

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
        database = db
        reset()
    }

    @inline(__always)
    func bind(_ index: Int, _ value: Int64) {
        sqlite3_bind_int64(pointer, Int32(index), value)
    }

    @inline(__always)
    func bind(_ index: Int, _ value: PointValue?) {
        switch value {
        case .integer(let integer)?: sqlite3_bind_int64(pointer, Int32(index), integer)
        case .real(let real)?: sqlite3_bind_double(pointer, Int32(index), real)
        case nil: sqlite3_bind_null(pointer, Int32(index))
        }
    }

    func bind(_ index: Int, _ text: String) {
        // The statement outlives the text, so SQLite keeps a copy.
        sqlite3_bind_text(pointer, Int32(index), text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }

    /// Whether there is a row.
    @inline(__always)
    func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = database.lastErrorMessage
            reset()
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
    }

    @inline(__always)
    func reset() { sqlite3_reset(pointer) }

    @inline(__always)
    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, Int32(column)) }

    func text(_ column: Int) -> String { sqlite3_column_text(pointer, Int32(column)).map { String(cString: $0) } ?? "" }

    /// A column that holds a name.
    func name<Kind>(_ column: Int) -> VendorName<Kind> {
        // A C string ends at NUL, so that none is left.
        VendorName(text(column)) ?? ""
    }

    @inline(__always)
    func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }

    @inline(__always)
    func value(_ column: Int) -> PointValue? {
        switch sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(pointer, Int32(column)))
        case SQLITE_FLOAT: .real(sqlite3_column_double(pointer, Int32(column)))
        default: nil
        }
    }
}
