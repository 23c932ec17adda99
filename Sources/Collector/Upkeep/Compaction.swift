public import History
public import Logging
internal import UsageModel

/// Makes the history dense once the backfills of all applications are complete.
///
/// It waits for all of them: rewriting the file for each that is done would rewrite it many times.
/// A file that would take minutes is left to its operator (`db compact`).
public actor Compaction {
    /// Points of backfill after which compacting pays.
    private static let worthwhile = 500_000
    /// Bytes that are compacted within seconds.
    private static let quicklyCompacted = 1 << 30

    private let history: History
    private let log: Logger
    /// Points that backfill has added since the file was last compacted, by application.
    private var backfilled: [ApplicationID: Int] = [:]
    private var complete: Set<ApplicationID> = []

    public init(history: History, logger: Logger) {
        self.history = history
        log = logger
    }

    /// Notes points that backfill has added.
    func note(_ points: Int, of application: ApplicationID) {
        backfilled[application, default: 0] += points
        complete.remove(application)
    }

    /// `18 MB`, or `0.4 MB` of a small one.
    private static func megabytes(_ bytes: Int64) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) MB" : "\((tenths + 5) / 10) MB"
    }

    /// Notes that an application misses nothing any more, or is no longer collected.
    func noteComplete(_ application: ApplicationID) async {
        complete.insert(application)
        guard backfilled.keys.allSatisfy(complete.contains),
            backfilled.values.reduce(0, +) >= Self.worthwhile
        else { return }
        backfilled = [:]
        let before = history.size
        guard before <= Self.quicklyCompacted else { return }
        do {
            try await history.compact()
            log.info(
                "backfill complete; compacted the database (\(Self.megabytes(before)) → \(Self.megabytes(history.size)))"
            )
        } catch {
            log.warning("cannot compact the database: \(error); continuing with it as it is")
        }
    }
}
