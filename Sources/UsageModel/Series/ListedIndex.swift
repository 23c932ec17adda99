/// One index as Algolia's list of indices describes it; what the list does not say is nil.
public struct ListedIndex: Sendable, Hashable {
    public var name: IndexName
    /// The index whose replica it is; nil for a primary.
    public var primary: IndexName?
    /// The names of its replicas.
    public var replicas: [IndexName] = []
    /// Whether it is a virtual replica, which sorts its primary's records and holds none.
    public var isVirtual = false
    public var created: UnixTime?
    public var updated: UnixTime?
    public var entries: PointValue?
    /// In bytes.
    public var dataSize: PointValue?
    /// In bytes, with the metadata.
    public var fileSize: PointValue?
    /// In seconds.
    public var lastBuildTime: PointValue?

    public init(_ name: IndexName) { self.name = name }

    /// The values that the list says, by the names of their statistics.
    public var levels: [(statistic: StatisticName, value: PointValue)] {
        [
            (StatisticCatalogue.entries, entries), (StatisticCatalogue.dataSize, dataSize),
            (StatisticCatalogue.fileSize, fileSize), (StatisticCatalogue.lastBuildTime, lastBuildTime),
        ].compactMap { name, value in value.map { (name, $0) } }
    }
}
