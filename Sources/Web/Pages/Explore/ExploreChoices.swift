internal import History
internal import UsageModel

/// The choices of the explorer's form: names that are stored, from the small tables of names.
struct ExploreChoices: Sendable {
    /// More of them are a list to type into.
    static let longestSelect = 200
    /// Options of such a list; more would be a page of nothing else.
    static let longestList = 5000

    var applications: [ApplicationID]
    /// In the catalogue's order, those that it does not know last.
    var statistics: [Statistic]
    var indices: [IndexName]
    /// The keys of the chosen statistics.
    var keys: [ServerName]

    /// - Parameters:
    ///   - application: whose indices are offered; nil for every application's.
    init(_ exporter: Exporter, application: ApplicationID?, statistics chosen: [StatisticName]) async throws {
        let history = exporter.history
        let applications = try await history.applicationIDs()
        self.applications = applications
        statistics = GrafanaCatalogue.ordered(try await exporter.statisticNames.stored()).map {
            StatisticCatalogue.describe($0)
        }
        var names: [IndexName] = []
        let shown = applications.filter { $0 == application || application == nil }
        for application in shown { names += try await history.indices(of: application) }
        indices = shown.count > 1 ? Set(names).sorted() : names
        let keyed = chosen.filter { StatisticCatalogue.describe($0).shape != .scalar }
        guard !keyed.isEmpty else {
            keys = []
            return
        }
        let series = try await history.storedSeries(statistics: keyed).map(\.key)
        keys = Set(series.filter { $0.application == application || application == nil }.map(\.key))
            .subtracting([""]).sorted()
    }
}

extension Statistic {
    /// The heading under which people look for it.
    var groupName: String {
        if group.isEmpty { return "Not in the catalogue" }
        if group == "acl" { return "ACL" }
        let words = group.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
