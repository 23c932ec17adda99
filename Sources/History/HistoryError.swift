/// Why a history cannot be opened. Whatever it says, the file is left as it was.
public enum HistoryError: Error, Sendable, Hashable {
    case isDirectory(path: String)
    case cannotCreate(path: String, reason: String)
    case notADatabase(path: String)
    /// An SQLite database, but of another program.
    case foreign(path: String)
    /// Written by a newer version of the exporter; `migration` is the first unknown step.
    case newer(path: String, migration: String)
    case notWritable(path: String)
    case missing(path: String)
    case damaged(path: String, reason: String)
}

extension HistoryError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .isDirectory(let path): "database \(path) is a directory: name a file"
        case .cannotCreate(let path, let reason): "database \(path) cannot be created: \(reason)"
        case .notADatabase(let path): "database \(path) is not an SQLite database; it was left as it is"
        case .foreign(let path):
            "database \(path) belongs to another program: it has tables, but not this exporter's; it was left as it is"
        case .newer(let path, let migration):
            "database \(path) was written by a newer version of algolia-exporter (it has migration \(migration), "
                + "which this version does not know); it was left as it is"
        case .notWritable(let path): "database \(path) cannot be written: check its permissions and its folder's"
        case .missing(let path): "database \(path) does not exist"
        case .damaged(let path, let reason): "database \(path) cannot be opened: \(reason)"
        }
    }
}
