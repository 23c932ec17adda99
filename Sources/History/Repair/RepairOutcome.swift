public import UsageModel

/// The result of a repair.
public struct RepairOutcome: Sendable {
    /// Where the damaged file is now.
    public var aside: String
    public var series: Int
    /// Points of the new file, with those of a backup.
    public var points: [Granularity: Int]
    /// Rows that could be read and are none that the exporter writes.
    public var leftOut: Int
    /// Other tables of which rows may be missing.
    public var incompleteTables: [String]
    /// Points that may be lost, by scope and granularity.
    public var lost: [LostPoints]
    /// The changes that the backup made; nil without one.
    public var backup: ImportOutcome?
}

/// Points of one scope and granularity that could not be read. They may never have been reported.
public struct LostPoints: Sendable {
    public var scope: Scope
    public var granularity: Granularity
    public var statistics: [StatisticName]
    /// The ranges in which some of the statistics may lack points. Where they have answers, these are withdrawn.
    public var ranges: TimeRangeSet
    /// Whether the collector asks for them: not for the states that it has stamped itself.
    public var isCollected: Bool
}

/// Points that may be lost, before they are summed up.
struct LostSeries: Sendable {
    var scope: Scope
    var granularity: Granularity
    var statistic: StatisticName
    var ranges: TimeRangeSet
    var isCollected: Bool
}

extension LostPoints {
    /// Sums up series by scope and granularity.
    static func summed(_ series: [LostSeries]) -> [LostPoints] {
        struct Place: Hashable {
            var scope: Scope
            var granularity: Granularity
            var isCollected: Bool
        }
        let places = Dictionary(grouping: series.filter { !$0.ranges.isEmpty }) {
            Place(scope: $0.scope, granularity: $0.granularity, isCollected: $0.isCollected)
        }
        return places.map { place, series in
            LostPoints(
                scope: place.scope, granularity: place.granularity, statistics: Set(series.map(\.statistic)).sorted(),
                ranges: TimeRangeSet(series.flatMap(\.ranges.ranges)), isCollected: place.isCollected)
        }
        .sorted {
            ($0.scope.application, $0.scope.index, $0.granularity.seconds, $0.isCollected ? 0 : 1)
                < ($1.scope.application, $1.scope.index, $1.granularity.seconds, $1.isCollected ? 0 : 1)
        }
    }
}
