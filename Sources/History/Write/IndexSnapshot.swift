internal import GRDB
public import UsageModel

/// The list of an application's indices at one time.
public struct IndexSnapshot: Sendable, Hashable {
    public var application: ApplicationID
    /// With names that are different from each other.
    public var indices: [ListedIndex]
    /// Whether every index is there that the key may list: what is missing is then gone.
    public var isWhole: Bool
    /// The indices whose levels are stored.
    public var collected: Set<IndexName>
    /// Whether the application's sums over all indices are stored: one of several shards does that.
    public var collectsApplication: Bool
    /// When the list was asked for.
    public var time: UnixTime

    public init(
        application: ApplicationID, indices: [ListedIndex], isWhole: Bool, collected: Set<IndexName>,
        collectsApplication: Bool = true, time: UnixTime
    ) {
        self.application = application
        self.indices = indices
        self.isWhole = isWhole
        self.collected = collected
        self.collectsApplication = collectsApplication
        self.time = time
    }

    /// The sums over all indices but virtual replicas. One is absent where an index does not say its part, and all are
    /// where indices are missing.
    var sums: [(statistic: StatisticName, value: PointValue)] {
        guard isWhole else { return [] }
        let holding = indices.filter { !$0.isVirtual }
        func sum(_ value: (ListedIndex) -> PointValue?) -> PointValue? {
            var sum = PointValue.integer(0)
            for index in holding {
                guard let value = value(index) else { return nil }
                sum = sum.adding(value)
            }
            return sum
        }
        var sums = ListedIndex("")
        sums.entries = sum(\.entries)
        sums.dataSize = sum(\.dataSize)
        sums.fileSize = sum(\.fileSize)
        return sums.levels
    }
}

extension History {
    /// Stores a list of indices: the levels of each as points of its hour and, for those who look back for years, of its
    /// day, and the inventory, in one transaction. What is answered of the Usage API does not change by it.
    ///
    /// A later list of the same hour or day replaces the point.
    public func store(_ list: IndexSnapshot) async throws -> StoreOutcome {
        let (outcome, days) = try await write { db in
            var outcome = StoreOutcome()
            var days = ChangedDays.none
            for granularity in [Granularity.hourly, .daily] {
                var writer = try PackedRowWriter(db, granularity)
                let ids = SeriesTable(db: db)
                func write(_ levels: [(statistic: StatisticName, value: PointValue)], of index: IndexName) throws {
                    for (statistic, value) in levels {
                        let id = try ids.id(
                            of: SeriesKey(
                                application: list.application, api: .search, statistic: statistic, index: index))
                        try writer.write([Point(time: granularity.floor(list.time), value: value)], series: id)
                    }
                }
                if list.collectsApplication { try write(list.sums, of: "") }
                for index in list.indices where list.collected.contains(index.name) {
                    try write(index.levels, of: index.name)
                }
                outcome.added += writer.added
                outcome.revised += writer.revised
                if granularity == .daily { days = ChangedDays(writer, granularity) }
            }
            try IndexInventoryTable(db: db).write(list)
            return (outcome, days)
        }
        noteChange(days: days)
        return outcome
    }
}
