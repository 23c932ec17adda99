extension Statistic {
    /// A statistic of `api` that is not in the catalogue. The Monitoring API reports those by server.
    public static func unknown(_ name: StatisticName, api: API) -> Statistic {
        var statistic = Statistic.unknown(name)
        guard api == .monitoring else { return statistic }
        statistic.api = api
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
