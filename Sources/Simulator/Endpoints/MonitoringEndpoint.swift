import UsageModel

/// The Monitoring API.
struct MonitoringEndpoint: Sendable {
    /// Seconds between two points, and how many there are, by `period`.
    static let periods: [String: (step: Int64, count: Int64)] = [
        "minute": (10, 6), "hour": (60, 60), "day": (600, 144), "week": (3600, 168), "month": (86_400, 30),
    ]
    /// Locations that reachability is probed from.
    static let probes = ["probe-frankfurt", "probe-london", "probe-new-york", "probe-tokyo"]
    /// Days for which incidents are listed.
    static let incidentDays: Int64 = 90

    let truth: Truth
    let faults: Faults
    let now: UnixTime

    /// - Parameter application: whose servers to list; an empty one stands for everybody's.
    /// - Throws: ``APIError`` as Algolia would answer.
    func answer(_ route: Route, application: ApplicationID) throws(APIError) -> JSONValue {
        switch route {
        case .infrastructure(let metric, let period):
            try infrastructure(application, metric: metric, period: period)
        case .inventory: inventory(application)
        case .status(let asked):
            .object([
                (
                    "status",
                    .object(
                        try clusters(asked, else: .unknown).map {
                            ($0, .string(truth.status(cluster: $0, at: now)))
                        })
                )
            ])
        case .incidents(let asked):
            .object([("incidents", .object(try clusters(asked, else: .unknown).map { ($0, incidents($0)) }))])
        case .probe(let metric, let asked):
            .object([
                (
                    "metrics",
                    .object([(metric, .object(try clusters(asked, else: .servers).map { ($0, probe(metric, $0)) }))])
                )
            ])
        case .reachability(let asked):
            .object(try clusters(asked, else: .servers).map { ($0, reachability($0)) })
        case .usage, .indexes, .billing: throw APIError.noSuchPath
        }
    }

    /// How an endpoint refuses a cluster that does not exist.
    private enum Refusal { case unknown, servers }

    /// The clusters that were asked for; without any, all that Algolia has.
    private func clusters(_ asked: [String]?, else refusal: Refusal) throws(APIError) -> [String] {
        let all = Set(truth.allModels.flatMap(\.fleet.clusters)).union(Fleet.elsewhere.map(\.cluster))
        guard let asked else { return all.sorted() }
        var seen: Set<String> = []
        for cluster in asked where !all.contains(cluster) {
            throw refusal == .servers ? .unknownServers : APIError(404, "Unknown cluster \"\(cluster)\"")
        }
        return asked.filter { seen.insert($0).inserted }
    }

    private func infrastructure(
        _ application: ApplicationID, metric: String, period: String
    ) throws(APIError) -> JSONValue {
        guard metric == "*" || Truth.infrastructureMetrics.contains(metric) else {
            throw APIError(400, "Invalid metric \"\(metric)\"")
        }
        guard let (step, count) = Self.periods[period] else { throw APIError(400, "Invalid period \"\(period)\"") }
        let metrics = metric == "*" ? Truth.infrastructureMetrics : [metric]
        let end = now / step * step
        let times = stride(from: end - step * count, to: end, by: Int(step))
        let servers = Set(times.flatMap { truth.servers(application: application, at: $0) }).sorted()
        return .object([
            (
                "metrics",
                .object(
                    metrics.map { metric in
                        let values = servers.map { server in
                            let points = times.compactMap { time in
                                truth.infrastructure(
                                    application: application, metric: metric, server: server, at: time
                                ).map { (time, JSONValue($0)) }
                            }
                            let stray = points.last.map { last in faults.strayPoints.map { ($0, last.1) } } ?? []
                            return (server, JSONValue.array((points + stray).map(infrastructurePoint)))
                        }
                        return (metric, .object(values))
                    })
            )
        ])
    }

    private func infrastructurePoint(_ time: UnixTime, _ value: JSONValue) -> JSONValue {
        point(faults.monitoringSeconds ? time : time * 1000, value)
    }

    /// The application's servers; without one, all that Algolia has.
    private func inventory(_ application: ApplicationID) -> JSONValue {
        let models = application.isEmpty ? truth.allModels : [truth.model(application)].compactMap { $0 }
        var servers = models.flatMap { model in
            model.fleet.servers.filter { model.fleet.isInUse($0, now.hour) }
                .map { (name: $0.name, region: $0.region, cluster: $0.cluster) }
        }
        if application.isEmpty {
            servers += Fleet.elsewhere.flatMap { place in
                (1...3).map { (name: "\(place.cluster)-\($0)", region: place.region, cluster: place.cluster) }
            }
        }
        var seen: Set<String> = []
        let items = servers.filter { seen.insert($0.name).inserted }.map { server in
            JSONValue.object([
                ("name", .string(server.name)), ("region", .string(server.region)),
                ("cluster", .string(server.cluster)), ("is_replica", .bool(server.region != "eu")),
                ("is_slave", .bool(server.region != "eu")), ("status", .string("PRODUCTION")),
                ("type", .string("cluster")),
            ])
        }
        return .object([("inventory", .array(items))])
    }

    /// Each incident's beginning and end, newest first.
    private func incidents(_ cluster: String) -> JSONValue {
        let today = now.hour.dayAndHour.day
        var entries: [JSONValue] = []
        for day in today - Self.incidentDays...today {
            guard let incident = truth.incident(cluster: cluster, day: day) else { continue }
            for (time, title, status) in [
                (incident.start, "Investigating errors", incident.status),
                (incident.end, "Resolved", "operational"),
            ] where time <= now {
                entries.append(
                    point(time * 1000, .object([("title", .string(title)), ("status", .string(status))])))
            }
        }
        return .array(entries.reversed())
    }

    /// Every ten minutes of the last day.
    private func probe(_ metric: String, _ cluster: String) -> JSONValue {
        let end = now / 600 * 600
        return .array(
            stride(from: end - 86_400, to: end, by: 600).map {
                point($0 * 1000, JSONValue(truth.probe(metric, cluster: cluster, at: $0)))
            })
    }

    /// One probe in a major outage still gets through.
    private func reachability(_ cluster: String) -> JSONValue {
        let isOut = truth.status(cluster: cluster, at: now) == "major_outage"
        return .object(Self.probes.enumerated().map { ($1, .bool(!isOut || $0 == 0)) })
    }

    private func point(_ time: Int64, _ value: JSONValue) -> JSONValue {
        .object([("t", .integer(time)), ("v", value)])
    }
}
