internal import History
internal import UsageModel

/// The meaning of the statistics of a usage request in one scope: `*` and groups are their members,
/// and nothing comes twice.
struct AskedStatistics {
    /// Names in one request; the vendor has some sixty.
    private static let limit = 500

    /// The statistics to answer, in this order, as far as they are stored.
    let names: [StatisticName]
    /// The statistics that must have been answered for the whole to be covered. What the plan refuses cannot be,
    /// and counts only where it is named itself.
    let required: [StatisticName]
    /// Whether `*` is among them.
    let isEverything: Bool

    /// - Throws: ``VendorError`` 422 for a name that does not exist, or that the plan refuses and never served.
    init(_ asked: [StatisticName], _ scope: Scope, _ stored: StoredUsage, _ history: History) async throws {
        let catalogue = StatisticCatalogue.names(perIndex: scope.isIndex)
        var names: [StatisticName] = []
        var required: [StatisticName] = []
        guard asked.count <= Self.limit else {
            throw VendorError(422, "Too many metrics: \(asked.count), at most \(Self.limit)")
        }
        for name in Self.unique(asked) {
            if name == .everything {
                let everything = Self.everything(stored)
                names += everything
                required += catalogue.filter { !stored.refused.contains($0) }
            } else if let group = StatisticCatalogue.groups[name] {
                let members = group.filter(catalogue.contains)
                names += members
                required += members.filter { !stored.refused.contains($0) }
            } else if try await Self.exists(name, scope, stored, history, catalogue) {
                names.append(name)
                required.append(name)
            } else {
                throw VendorError.unknownMetric(name)
            }
        }
        self.names = Self.unique(names)
        self.required = Self.unique(required)
        isEverything = asked.contains(.everything)
    }

    /// In the vendor's order, then what the catalogue does not know.
    private static func everything(_ stored: StoredUsage) -> [StatisticName] {
        let known = StatisticCatalogue.all.map(\.name)
        let others = stored.statistics.keys.filter { StatisticCatalogue.statistic(named: $0)?.api != .usage }
        return known + others.sorted()
    }

    private static func exists(
        _ name: StatisticName, _ scope: Scope, _ stored: StoredUsage, _ history: History, _ catalogue: [StatisticName]
    ) async throws -> Bool {
        // The vendor has no such statistic, even where the history has computed it.
        if StatisticCatalogue.statistic(named: name)?.derivation != nil { return false }
        if stored.statistics[name] != nil { return true }
        if stored.refused.contains(name) { return false }
        if catalogue.contains(name) { return true }
        return try await history.knowsUsageStatistic(
            name, application: scope.application, level: EndpointLevel(scope))
    }

    private static func unique(_ names: [StatisticName]) -> [StatisticName] {
        var seen: Set<StatisticName> = []
        return names.filter { seen.insert($0).inserted }
    }
}
