public import UsageModel

/// The servers and clusters as the Monitoring API reports them.
extension Truth {
    /// The metrics of `/1/infrastructure`.
    public static let infrastructureMetrics = [
        "avg_build_time", "ssd_usage", "ram_search_usage", "ram_indexing_usage", "cpu_usage",
    ]

    /// A server's metric in the minute of `time`, or nil when the application
    /// does not have that server then.
    ///
    /// Seconds for `avg_build_time`, percent of RAM for `ssd_usage`, MB for the
    /// two RAM metrics, and percent **idle** for `cpu_usage`.
    public func infrastructure(
        application: ApplicationID, metric: String, server name: String, at time: UnixTime
    ) -> PointValue? {
        guard let model = model(application), let server = model.fleet.servers.first(where: { $0.name == name }),
            model.fleet.isInUse(server, time.hour)
        else { return nil }
        let minute = Granularity.minutely.floor(time) / 60
        let draw = server.noise.stream(metric).unit(minute)
        let hour = model.hour(time.hour, asOf: Truth.settled)
        let load = hour.searches / (model.traffic.searchesPerHour * hour.provisioned)
        let size = hour.size * server.weight
        let value: Double? =
            switch metric {
            case "avg_build_time": draw * draw * 8
            case "ssd_usage": 60 * size + 4 * draw
            case "ram_search_usage": (14_000 * size + 800 * load + 200 * draw).rounded()
            case "ram_indexing_usage": (900 + 5200 * draw * draw).rounded()
            case "cpu_usage": min(100, max(0, 96 - 26 * load * (0.8 + 0.4 * draw)))
            default: nil
            }
        return value.map { PointValue(model.precision.round($0)) }
    }

    /// Names of the servers in use at a time.
    public func servers(application: ApplicationID, at time: UnixTime) -> [String] {
        guard let model = model(application) else { return [] }
        return model.fleet.servers.filter { model.fleet.isInUse($0, time.hour) }.map(\.name)
    }

    /// The clusters that an application's servers belong to.
    public func clusters(application: ApplicationID) -> [String] {
        model(application)?.fleet.clusters ?? []
    }

    /// `operational` but for a few hours in one day of forty.
    public func status(cluster: String, at time: UnixTime) -> String {
        incident(cluster: cluster, day: time.hour.dayAndHour.day).flatMap { incident in
            time >= incident.start && time < incident.end ? incident.status : nil
        } ?? "operational"
    }

    /// Milliseconds of the latency or indexing probe in the ten minutes of `time`.
    public func probe(_ metric: String, cluster: String, at time: UnixTime) -> PointValue {
        let draw = Noise(seed: 0).stream(cluster).stream(metric).unit(time / 600)
        return PointValue(metric == "latency" ? (2 + 60 * draw * draw).rounded() : (200 + 900 * draw).rounded())
    }

    /// The incident of a cluster on a day, if there was one.
    func incident(cluster: String, day: Int64) -> Incident? {
        let noise = Noise(seed: 0).stream(cluster).stream("incidents")
        guard noise.unit(day * 4) < 1 / 40.0 else { return nil }
        let start = day * 86_400 + noise.below(20 * 6, day * 4 + 1) * 600
        let statuses = ["degraded_performance", "partial_outage", "major_outage"]
        return Incident(
            start: start, end: start + 1800 + noise.below(9, day * 4 + 2) * 1200,
            status: statuses[Int(noise.below(3, day * 4 + 3))])
    }
}

/// A time in which a cluster was not operational.
struct Incident: Sendable {
    let start: UnixTime
    let end: UnixTime
    let status: String
}
