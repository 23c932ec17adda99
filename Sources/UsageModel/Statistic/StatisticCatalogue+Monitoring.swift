extension StatisticCatalogue {
    /// The statistics that the Monitoring API reports of servers and clusters each minute, and the
    /// hourly extremes that are kept of it (`…_max`, `…_min`); the hourly points
    /// under a statistic's own name are the hour's mean (of a severity, the maximum).
    public static let monitoring: [Statistic] = minutely + minutely.flatMap(extremes)

    /// The hourly statistics that minutes become: the names of hourly series, and how each is folded.
    public static func rollUps(of name: StatisticName) -> [(name: StatisticName, aggregate: Aggregate)] {
        guard let statistic = statistic(named: name) else {
            return [(name, .avg), (name + maximumSuffix, .max)]
        }
        return ([statistic] + extremes(statistic)).map { ($0.name, $0.defaultAggregate) }
    }

    /// The statistics collected each minute.
    static let minutely: [Statistic] = [
        infrastructure(
            "cpu_usage", .percent,
            "idle share of the processors (the vendor's name says usage, its documentation idleness)"),
        infrastructure("ram_search_usage", .megabytes, "memory used for searching"),
        infrastructure("ram_indexing_usage", .megabytes, "memory used for indexing"),
        infrastructure("ssd_usage", .percent, "disk used by indices, as a share of the server's memory"),
        infrastructure("avg_build_time", .seconds, "average time to build an index"),
        cluster("latency", .mean, .milliseconds, "latency of searches, by the vendor's probe"),
        cluster("indexing", .mean, .milliseconds, "time to index, measured by the vendor's probe on a test index"),
        cluster("reachability", .mean, .percent, "share of the vendor's probes that reach the cluster"),
        cluster(
            "cluster_status", .maximum, .severity,
            "0 operational, 1 degraded performance, 2 partial outage, 3 major outage"),
    ]

    /// The hourly extremes that are kept of a minutely statistic.
    static func extremes(_ statistic: Statistic) -> [Statistic] {
        guard statistic.kind == .mean else { return [] }
        var kinds: [(StatisticKind, StatisticName, String)] = [(.maximum, maximumSuffix, "highest minute of an hour")]
        // For idleness the minimum matters.
        if statistic.name == idleness { kinds.append((.minimum, minimumSuffix, "lowest minute of an hour")) }
        return kinds.map { kind, suffix, what in
            var extreme = statistic
            extreme.name = statistic.name + suffix
            extreme.kind = kind
            extreme.meaning = "\(what): \(statistic.meaning)"
            return extreme
        }
    }

    /// The statistic whose vendor's name says the opposite of what it is.
    public static let idleness: StatisticName = "cpu_usage"
    public static let maximumSuffix: StatisticName = "_max"
    public static let minimumSuffix: StatisticName = "_min"

    private static func infrastructure(
        _ name: StatisticName, _ unit: StatisticUnit, _ meaning: String
    ) -> Statistic {
        Statistic(
            name: name, api: .monitoring, group: "infrastructure", kind: .mean, unit: unit, shape: .byServer,
            perIndex: false, meaning: meaning)
    }

    private static func cluster(
        _ name: StatisticName, _ kind: StatisticKind, _ unit: StatisticUnit, _ meaning: String
    ) -> Statistic {
        Statistic(
            name: name, api: .monitoring, group: "cluster", kind: kind, unit: unit, shape: .byCluster,
            perIndex: false, meaning: meaning)
    }
}

extension Statistic {
    /// Whether it can only be asked for now: a minute or an hour that nobody asked in stays unknown for ever.
    public var isMomentary: Bool {
        api == .search || api == .monitoring && (name == "cluster_status" || name == "reachability")
    }
}

extension Statistic {
    /// A statistic of `api` that is not in the catalogue. The Monitoring API reports those by server.
    public static func unknown(_ name: StatisticName, api: API) -> Statistic {
        if api == .usageV2 { return .billing(name) }
        var statistic = Statistic.unknown(name)
        statistic.api = api
        guard api == .monitoring else { return statistic }
        statistic.shape = .byServer
        statistic.perIndex = false
        return statistic
    }

    /// Whether it is an hour's extreme of a minutely statistic, such as `latency_max`.
    public var isHourlyExtreme: Bool {
        api == .monitoring && isKnown
            && [StatisticCatalogue.maximumSuffix, StatisticCatalogue.minimumSuffix].contains(where: name.hasSuffix)
    }
}

extension StatisticCatalogue {
    /// The entry of a statistic that `api` reports, or a description of an unknown one:
    /// what another API reports under a known name is not that statistic.
    public static func describe(_ name: StatisticName, api: API) -> Statistic {
        statistic(named: name).flatMap { $0.api == api ? $0 : nil } ?? .unknown(name, api: api)
    }
}
