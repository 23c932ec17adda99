/// Why a history cannot be opened, read or written.
public enum HistoryError: Error, Sendable, Hashable {
    case isDirectory(path: String)
    /// A device, a FIFO, a socket: `kind` says which.
    case notAFile(path: String, kind: String)
    case cannotCreate(path: String, reason: String)
    case notADatabase(path: String)
    /// An SQLite database, but of another program.
    case foreign(path: String)
    /// Written by a newer version of the exporter; `migration` is the first unknown step.
    case newer(path: String, migration: String)
    case notWritable(path: String)
    case notReadable(path: String, reason: String)
    case missing(path: String)
    /// Nothing is in it: its exporter was stopped before the first migration.
    case notBegun(path: String)
    /// To be read, but this version has migrations that are not applied to it.
    case older(path: String)
    /// Another process collects into it.
    case inUse(path: String, process: Int32?)
    /// It cannot be opened for what it holds.
    case damaged(path: String, reason: String)
    /// A copy of the database `of`, at `path`, does not pass the checks that it should.
    case copyDamaged(path: String, of: String, reason: String)
    /// It cannot be merged into another.
    case cannotImport(path: String, reason: String)
    /// It is damaged beyond what a repair can read.
    case cannotRepair(path: String, reason: String)
    /// Something has happened to the file since it was opened; nothing is written until the next start.
    case unusable(path: String, HistoryProblem)
    /// The disk, or a quota, has no room.
    case full(path: String)
    /// Another process kept a lock for longer than is waited for.
    case locked(path: String)
    /// Anything else that SQLite reports.
    case failed(path: String, isWriting: Bool, reason: String)
}

extension HistoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .isDirectory(let path): "database \(path) is a directory; expected a file"
        case .notAFile(let path, let kind): "database \(path) is \(kind); expected a file"
        case .cannotCreate(let path, let reason): "database \(path) cannot be created: \(reason)"
        case .notADatabase(let path): "database \(path) is not an SQLite database; it was not changed"
        case .foreign(let path):
            "database \(path) belongs to another program: it has tables, but not this exporter's; it was not changed"
        case .newer(let path, let migration):
            "database \(path) was written by a newer version of algolia-exporter (it has migration \(migration), "
                + "which this version does not know); it was not changed"
        case .notWritable(let path):
            "database \(path) cannot be written: check the permissions of the file and its folder, and that the "
                + "disk is not mounted read-only"
        case .notReadable(let path, let reason): "database \(path) cannot be read: \(reason)"
        case .missing(let path):
            "database \(path) does not exist; expected one that serve or backfill has created"
        case .notBegun(let path): "database \(path) is empty: no exporter has initialized it"
        case .older(let path):
            "database \(path) was written by an older version of algolia-exporter; start this version once "
                + "to migrate it"
        case .inUse(let path, let process):
            "database \(path) is in use by another exporter\(process.map { " (process \($0))" } ?? ""); stop that one, "
                + "or choose another file with --storage.path"
        case .damaged(let path, let reason):
            "database \(path) is damaged: \(reason); repair it with `algolia-exporter db repair`, or restore a backup"
        case .copyDamaged(let path, let source, let reason):
            "the copy of database \(source) at \(path) is damaged: \(reason); no backup was kept, earlier ones are better; check "
                + "the database with `algolia-exporter db verify`"
        case .cannotImport(let path, let reason):
            "database \(path) cannot be imported: \(reason); nothing was changed in it"
        case .cannotRepair(let path, let reason):
            "database \(path) cannot be repaired: \(reason); it was not changed; restore a backup"
        case .unusable(let path, let problem): problem.sentence(path)
        case .full(let path): "database \(path) cannot be written: no space left on its disk"
        case .locked(let path): "database \(path) is locked by another process"
        case .failed(let path, let isWriting, let reason):
            "database \(path) cannot be \(isWriting ? "written" : "read"): \(reason)"
        }
    }
}

extension HistoryError {
    /// State and cause of a failure to use the history, for a log: `cannot write the history database: …`.
    public static func sentence(_ error: any Error) -> String {
        let isReading =
            switch error as? HistoryError {
            case .failed(_, let isWriting, _)?: !isWriting
            case .notReadable?: true
            default: false
            }
        return "cannot \(isReading ? "read" : "write") the history database: \(error)"
    }
}
