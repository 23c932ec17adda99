/// The kind of a statistic, which decides how its buckets may be combined.
public enum StatisticKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// Events in the bucket: adds up over time.
    case count
    /// A state at the bucket's end, such as a number of records.
    case level
    /// The highest value seen in the bucket.
    case maximum
    /// The lowest value seen in the bucket.
    case minimum
    case mean
    case percentile
    /// A part of a whole, in percent.
    case share
}

/// How several buckets become one.
public enum Aggregate: String, Sendable, Hashable, CaseIterable, Codable {
    case sum, avg, min, max, last, count
}

/// The unit of a statistic as the vendor sends it.
public enum StatisticUnit: String, Sendable, Hashable, CaseIterable, Codable {
    case operations, requests, queries, records, bytes, milliseconds, percent
    case queriesPerSecond = "queries_per_second"
    /// 10⁶ bytes.
    case megabytes
    case seconds
    /// 0 for operational to 3 for a major outage (``ClusterStatus``).
    case severity
    /// A statistic that is not in the catalogue.
    case unknown
}

/// Whether a statistic's value is one number or a map.
public enum StatisticShape: String, Sendable, Hashable, CaseIterable, Codable {
    case scalar
    case byServer = "by_server"
    case byRegion = "by_region"
    case byCluster = "by_cluster"
    /// A map with keys of unknown meaning: a statistic that is not in the catalogue.
    case byKey = "by_key"

    /// The Prometheus label that carries the key; nil for scalars.
    public var label: String? {
        switch self {
        case .scalar: nil
        case .byServer: "server"
        case .byRegion: "region"
        case .byCluster: "cluster"
        case .byKey: "key"
        }
    }
}

/// A statistic that the vendor does not report, because it follows from two that it does.
///
/// A bucket exists where the first is reported; where the second is not, it counts as 0.
public struct Difference: Sendable, Hashable {
    public var minuend: StatisticName
    public var subtrahend: StatisticName

    public init(_ minuend: StatisticName, minus subtrahend: StatisticName) {
        self.minuend = minuend
        self.subtrahend = subtrahend
    }

    public var operands: [StatisticName] { [minuend, subtrahend] }
}

extension Difference: CustomStringConvertible {
    public var description: String { "\(minuend) - \(subtrahend)" }
}

/// One statistic: everything that the rest of the exporter derives names,
/// units, aggregates and documentation from.
public struct Statistic: Sendable, Hashable {
    /// The vendor's name, and the attribute of its answers.
    public var name: StatisticName
    /// The API that reports it.
    public var api: API
    /// The vendor's group, such as `search`. Empty for an unknown statistic.
    public var group: String
    public var kind: StatisticKind
    public var unit: StatisticUnit
    public var shape: StatisticShape
    /// Whether the per-index endpoint serves it.
    public var perIndex: Bool
    /// The thing that it counts, for people; without a capital or full stop.
    public var meaning: String
    /// The statistics it is computed from; nil for those that the vendor reports.
    public var derivation: Difference?
    /// False for a statistic that Algolia added after this catalogue was written.
    public var isKnown: Bool

    public init(
        name: StatisticName, api: API = .usage, group: String, kind: StatisticKind, unit: StatisticUnit,
        shape: StatisticShape, perIndex: Bool, meaning: String, derivation: Difference? = nil, isKnown: Bool = true
    ) {
        self.name = name
        self.api = api
        self.group = group
        self.kind = kind
        self.unit = unit
        self.shape = shape
        self.perIndex = perIndex
        self.meaning = meaning
        self.derivation = derivation
        self.isKnown = isKnown
    }

    /// A statistic that is not in the catalogue. Algolia adds them without
    /// notice, and they are stored and served like any other: as a level,
    /// because nothing may be added up whose meaning is not known.
    public static func unknown(_ name: StatisticName) -> Statistic {
        Statistic(
            name: name, group: "", kind: .level, unit: .unknown, shape: .byKey, perIndex: true,
            meaning: "a statistic that this version does not know", isKnown: false)
    }
}

extension Statistic {
    /// How buckets are combined when a query asks for none in particular.
    public var defaultAggregate: Aggregate {
        switch kind {
        case .count: .sum
        case .level: .last
        case .maximum, .percentile: .max
        case .minimum: .min
        case .mean: .avg
        case .share: isShareOfTime ? .avg : .max
        }
    }

    /// Whether it is the share of a bucket's seconds, so that a day is the mean of its hours, which are equally long.
    /// Shares of queries are combined as their highest: how many queries each bucket had is not part of the series.
    public var isShareOfTime: Bool { kind == .share && name.hasSuffix("_seconds_impacted") }
}
