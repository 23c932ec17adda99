public import History
public import UsageModel

extension History {
    /// Seconds for which a server that `max_qps` does not name any more still counts: servers come and go.
    private static let serverMemory: Int64 = 7 * 86_400

    /// The clusters of an application as the servers of its `max_qps` are named, ascending; empty before there is any.
    public func clustersOfServers(_ application: ApplicationID, now: UnixTime) async throws -> [ServerName] {
        Set(try await peakServers(application, now: now).compactMap(ClusterChoice.cluster)).sorted()
    }

    /// The servers that `max_qps` named in the last days, or ever where it has none of them.
    func peakServers(_ application: ApplicationID, now: UnixTime) async throws -> [ServerName] {
        let stored = try await storedSeries(statistics: ["max_qps"])
            .filter { $0.key.application == application && $0.key.index.isEmpty && !$0.key.key.isEmpty }
        guard !stored.isEmpty else { return [] }
        let hours = TimeRange(Granularity.hourly.floor(now) - Self.serverMemory, now)
        let recent = try await range(of: stored, RangeQuery(statistics: [], granularity: .hourly, range: hours))
        return recent.isEmpty ? stored.map(\.key.key) : recent.map(\.key.key)
    }
}
