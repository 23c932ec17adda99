import UsageModel

/// Where a path leads. Segments are split before they are decoded, so `%2F`
/// stays within its segment.
enum Route: Sendable, Hashable {
    /// `index` is `""` at application level; `statistics` is the decoded list.
    case usage(statistics: [StatisticName], index: IndexName)
    case infrastructure(metric: String, period: String)
    case inventory
    /// Nil clusters are all of them.
    case status(clusters: [String]?)
    case incidents(clusters: [String]?)
    /// `metric` is `latency` or `indexing`.
    case probe(metric: String, clusters: [String])
    case reachability(clusters: [String])
    case indexes
    /// `list` is `registry`, `daily` or `hourly`, of Usage API v2.
    case billing(list: String)

    /// Nil for a path that no API has, and for one that is not percent-encoded properly.
    init?(path: String) {
        var segments: [String] = []
        for raw in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let segment = PercentEncoding.decode(raw) else { return nil }
            segments.append(segment)
        }
        if segments.count == 3, segments[0] == "2", segments[1] == "metrics",
            ["registry", "daily", "hourly"].contains(segments[2])
        {
            self = .billing(list: segments[2])
            return
        }
        guard segments.count >= 2, segments[0] == "1" else { return nil }
        let rest = Array(segments.dropFirst(2))
        func list(_ segment: String) -> [String] {
            segment.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        // An invalid name selects nothing.
        let index: IndexName? = rest.count == 2 ? IndexName(rest[1]) : ""
        switch (segments[1], rest.count) {
        case ("usage", 1), ("usage", 2):
            guard let index, rest.count == 1 || !index.isEmpty else { return nil }
            self = .usage(statistics: list(rest[0]).compactMap { StatisticName($0) }, index: index)
        case ("infrastructure", 3) where rest[1] == "period":
            self = .infrastructure(metric: rest[0], period: rest[2])
        case ("inventory", 1) where rest[0] == "servers": self = .inventory
        case ("status", 0): self = .status(clusters: nil)
        case ("status", 1): self = .status(clusters: list(rest[0]))
        case ("incidents", 0): self = .incidents(clusters: nil)
        case ("incidents", 1): self = .incidents(clusters: list(rest[0]))
        case ("latency", 1), ("indexing", 1): self = .probe(metric: segments[1], clusters: list(rest[0]))
        case ("reachability", 2) where rest[1] == "probes": self = .reachability(clusters: list(rest[0]))
        case ("indexes", 0): self = .indexes
        default: return nil
        }
    }

    var api: API {
        switch self {
        case .usage: .usage
        case .indexes: .search
        case .billing: .usageV2
        default: .monitoring
        }
    }
}
