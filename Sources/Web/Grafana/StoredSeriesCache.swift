internal import UsageModel
internal import History
private import Synchronization

/// The stored series that the targets of one request choose among: those of the same statistics are read once.
final class StoredSeriesCache: Sendable {
    /// Series that one request may look at, those of each distinct choice of statistics counted: a hundred targets
    /// of other statistics each would otherwise read a large history a hundred times.
    private static let limit = 1_000_000

    private struct State {
        var known: [[StatisticName]: [StoredSeries]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// The series of these statistics, or of every one.
    /// - Throws: ``Problem`` when the request has looked at too many.
    func series(of statistics: [StatisticName]?, _ history: History) async throws -> [StoredSeries] {
        // No list of statistics is this one.
        let key = statistics ?? [""]
        if let known = state.withLock({ $0.known[key] }) { return known }
        let series = try await history.storedSeries(statistics: statistics)
        let count = state.withLock { state in
            state.known[key] = series
            state.count += series.count
            return state.count
        }
        guard count <= Self.limit else {
            throw Problem.parameter(
                "targets", "the targets choose among more than \(Self.limit) series",
                accepted: "fewer targets, or the same statistics in all of them")
        }
        return series
    }
}
