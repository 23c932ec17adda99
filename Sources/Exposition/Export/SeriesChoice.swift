public import History
public import UsageModel

/// The series that an export is about, by name.
public struct SeriesChoice: Sendable {
    /// A name that no stored series has.
    public struct UnknownName: Error, Sendable, Hashable {
        /// The kind of thing that the name names.
        public enum Kind: String, Sendable { case statistic, application, index }

        public var kind: Kind
        public var name: String
    }

    /// Nil for all.
    public var statistics: [StatisticName]?
    /// Empty for all.
    public var applications: [ApplicationID]
    /// `*` stands for every index. Empty for every index and the application level.
    public var indices: [IndexName]

    public init(
        statistics: [StatisticName]? = nil, applications: [ApplicationID] = [], indices: [IndexName] = []
    ) {
        self.statistics = statistics
        self.applications = applications
        self.indices = indices
    }

    /// The series among `series` that are chosen, in their order.
    /// - Throws: the first name that none of them has.
    public func selected(from series: [StoredSeries]) throws(UnknownName) -> [StoredSeries] {
        try require(statistics ?? [], .statistic, Set(series.map(\.key.statistic)))
        try require(applications, .application, Set(series.map(\.key.application)))
        try require(indices.filter { $0 != "*" }, .index, Set(series.map(\.key.index)))
        return series.filter { one in
            statistics?.contains(one.key.statistic) ?? true
                && (applications.isEmpty || applications.contains(one.key.application))
                && (indices.isEmpty || indices.contains(one.key.index)
                    || indices.contains("*") && !one.key.index.isEmpty)
        }
    }

    private func require<Name>(
        _ names: [VendorName<Name>], _ kind: UnknownName.Kind, _ known: Set<VendorName<Name>>
    ) throws(UnknownName) {
        if let name = names.first(where: { !known.contains($0) }) { throw UnknownName(kind: kind, name: name.text) }
    }
}
