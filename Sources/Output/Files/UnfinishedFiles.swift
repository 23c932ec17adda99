internal import Foundation
private import Synchronization

/// Files that must not stay when the process ends before they are complete.
public final class UnfinishedFiles: Sendable {
    public static let shared = UnfinishedFiles()
    /// The endings that SQLite appends to the name of a database for the files beside it.
    static let sides = ["-wal", "-shm", "-journal"]

    private let paths = Mutex<Set<String>>([])

    /// The file at `path` is about to be made.
    public func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// The file at `path` is finished, or gone.
    public func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Removes every file that is unfinished; for the end of the process.
    public func discard() {
        for path in paths.withLock({ $0 }) { Self.unlink(path) }
    }

    /// Removes one of them that is not wanted any more, or has another name as well.
    func discard(_ path: String) {
        Self.unlink(path)
        remove(path)
    }

    /// Removes a file, and the files that SQLite keeps beside a database.
    private static func unlink(_ path: String) {
        for side in [""] + sides { Foundation.unlink(path + side) }
    }
}
