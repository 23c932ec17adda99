internal import History
internal import UsageModel

/// The names of the statistics that are stored, read again only when there are new series: to find a few names, all of
/// tens of thousands are read.
actor StatisticNames {
    private let history: History
    private var known: (newest: Int64, names: Set<StatisticName>)?

    init(_ history: History) { self.history = history }

    func stored() async throws -> Set<StatisticName> {
        let newest = try await history.newestSeries()
        if let known, known.newest == newest { return known.names }
        let names = try await history.storedStatistics()
        known = (newest, names)
        return names
    }
}
