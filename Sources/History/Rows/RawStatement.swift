internal import GRDB
internal import GRDBSQLite
internal import UsageModel

/// A cached statement, bound and stepped without boxing each value: packed rows
/// have many columns, and their reading and writing is what the history does all day.
struct RawStatement: Columns {
    private let statement: Statement
    private let pointer: OpaquePointer
    private unowned let database: Database

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
        database = db
        reset()
    }

    /// - Parameter arguments: the values of the statement's parameters, in order.
    init(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws {
        try self.init(db, sql)
        try statement.setArguments(arguments)
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
        // The statement outlives the text, so SQLite keeps a copy. With its length: a name may have a NUL.
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    pointer, Int32(index), characters.baseAddress, Int32(characters.count),
                    unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
    }

    /// Whether there is a row.
    @inline(__always)
    func step() throws -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case SQLITE_INTERRUPT:
            // Only the cancellation of a task interrupts. GRDB's own statements say so as well.
            reset()
            throw CancellationError()
        case let code:
            let message = database.lastErrorMessage
            reset()
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
    }

    @inline(__always)
    func reset() { sqlite3_reset(pointer) }

    @inline(__always)
    func integer(_ column: Int) throws -> Int64 {
        guard sqlite3_column_type(pointer, Int32(column)) == SQLITE_INTEGER else {
            throw damaged(column, "an integer")
        }
        return sqlite3_column_int64(pointer, Int32(column))
    }

    func text(_ column: Int) throws -> String {
        guard sqlite3_column_type(pointer, Int32(column)) == SQLITE_TEXT,
            let bytes = sqlite3_column_text(pointer, Int32(column))
        else { throw damaged(column, "text") }
        return String(
            decoding: UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, Int32(column)))),
            as: UTF8.self)
    }

    /// Whether a column has this very text, as nothing but its bytes tells.
    func holds(_ column: Int, _ text: String) -> Bool {
        guard sqlite3_column_type(pointer, Int32(column)) == SQLITE_TEXT,
            let bytes = sqlite3_column_text(pointer, Int32(column))
        else { return false }
        let found = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, Int32(column))))
        return found.elementsEqual(text.utf8)
    }

    /// The same as ``scope(_:)``.
    /// - Parameter last: the scope of the row before, whose names it shares where they are the same.
    func scope(_ column: Int, after last: Scope?) throws -> Scope {
        guard let last, holds(column, last.application.text) else {
            return try scope(column)
        }
        if holds(column + 1, last.index.text) { return last }
        return Scope(application: last.application, index: try name(column + 1))
    }

    func name(ofColumn column: Int) -> String {
        sqlite3_column_name(pointer, Int32(column)).map { String(cString: $0) } ?? String(column)
    }

    @inline(__always)
    func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, Int32(column)) == SQLITE_NULL }

    /// A point's value; nil for NULL.
    ///
    /// `sqlite3_column_type` and `sqlite3_column_int64` would each look the column up and ask for errors; this looks it
    /// up once. Such a value may be read while nobody else uses the connection, and GRDB sees to that.
    @inline(__always)
    func value(_ column: Int) throws -> PointValue? {
        let value = sqlite3_column_value(pointer, Int32(column))
        return switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: .real(sqlite3_value_double(value))
        case SQLITE_NULL: nil
        default: throw damaged(column, "a number")
        }
    }
}
