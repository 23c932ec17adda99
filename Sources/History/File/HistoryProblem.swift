/// A problem with the file of an open history. Nothing is written any more; what can still be read is.
public enum HistoryProblem: Sendable, Hashable {
    /// There is no file at the path any more.
    case deleted
    /// Another file is at the path.
    case replaced
    /// Something else was written into the file.
    case overwritten
    /// The file is shorter than its contents.
    case truncated
    /// The write-ahead log or its index is not at its path any more.
    case logDeleted
    /// The write-ahead log is shorter than its index says, or begins as another.
    case logOverwritten
    /// SQLite, or what a row holds, says so.
    case damaged(reason: String)

    /// A word for labels and documents.
    public var name: String {
        switch self {
        case .deleted: "deleted"
        case .replaced: "replaced"
        case .overwritten: "overwritten"
        case .truncated: "truncated"
        case .logDeleted: "log_deleted"
        case .logOverwritten: "log_overwritten"
        case .damaged: "damaged"
        }
    }

    /// The name of no problem.
    public static let good = "good"
    /// Every name, and `good` for no problem.
    public static let names = [
        good, "deleted", "replaced", "overwritten", "truncated", "log_deleted", "log_overwritten", "damaged",
    ]

    /// A sentence: state, cause, what to do.
    /// - Parameter path: the file as it is configured.
    public func sentence(_ path: String) -> String {
        let stopped = "writing has stopped"
        return switch self {
        case .deleted:
            "database \(path) was deleted while in use; \(stopped); put a backup in its place, or restart to start a new one"
        case .replaced:
            "database \(path) was replaced by another file while in use; \(stopped); restart to use the new file"
        case .overwritten:
            "database \(path) was overwritten while in use; \(stopped); restart to use its new contents"
        case .truncated:
            "database \(path) was truncated while in use; \(stopped); stop the exporter and restore a backup"
        case .logDeleted:
            "the write-ahead log of database \(path), or its index, was deleted while in use; \(stopped); restart to continue"
        case .logOverwritten:
            "the write-ahead log of database \(path) was truncated or overwritten while in use; \(stopped); restart, then "
                + "check it with `algolia-exporter db verify`"
        case .damaged(let reason):
            "database \(path) is damaged: \(reason); \(stopped); check it with `algolia-exporter db verify`, then repair "
                + "it with `algolia-exporter db repair` or restore a backup"
        }
    }
}
