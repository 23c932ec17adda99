internal import Foundation
private import Synchronization

/// Files that must not stay when the process ends before they are complete.
public final class UnfinishedFiles: Sendable {
    public static let shared = UnfinishedFiles()

    private let paths = Mutex<Set<String>>([])

    /// The file at `path` is about to be made.
    public func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// The file at `path` is finished, or gone.
    public func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Removes every file that is unfinished; for the end of the process.
    public func discard() {
        for path in paths.withLock({ $0 }) { unlink(path) }
    }
}
