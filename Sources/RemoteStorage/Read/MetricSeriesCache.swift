package import History
internal import PrometheusModel
private import Synchronization

/// Every series of a history, and as Prometheus sees it, made again only when there is a new one.
package final class MetricSeriesCache: Sendable {
    private let history: History
    private let cached = Mutex<(newest: Int64, series: Content)?>(nil)

    package struct Content: Sendable {
        let stored: [StoredSeries]
        let set: MetricSeriesSet
    }

    package init(_ history: History) { self.history = history }

    package func current() async throws -> Content {
        // Before the series themselves: one that comes in between is noticed by the next caller.
        let newest = try await history.newestSeries()
        if let cached = cached.withLock({ $0 }), cached.newest == newest { return cached.series }
        let stored = try await history.storedSeries()
        let series = Content(stored: stored, set: MetricSeriesSet(stored.map(\.key)))
        cached.withLock { $0 = (newest, series) }
        return series
    }
}
