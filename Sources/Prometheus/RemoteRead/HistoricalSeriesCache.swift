package import History
private import Synchronization

/// Every series of a history as Prometheus sees it, made again only when there is a new one.
package final class HistoricalSeriesCache: Sendable {
    private let history: History
    private let cached = Mutex<(newest: Int64, set: HistoricalSeriesSet)?>(nil)

    package init(_ history: History) { self.history = history }

    package func current() async throws -> HistoricalSeriesSet {
        // Before the series themselves: one that comes in between is noticed by the next caller.
        let newest = try await history.newestSeries()
        if let cached = cached.withLock({ $0 }), cached.newest == newest { return cached.set }
        let set = HistoricalSeriesSet(try await history.storedSeries())
        cached.withLock { $0 = (newest, set) }
        return set
    }
}
