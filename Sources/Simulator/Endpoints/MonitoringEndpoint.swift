import UsageModel

/// The Monitoring API.
struct MonitoringEndpoint: Sendable {
    /// Seconds between two points, and how many there are, by `period`.
    static let periods: [String: (step: Int64, count: Int64)] = [
        "minute": (10, 6), "hour": (60, 60), "day": (600, 144), "week": (3600, 168), "month": (86_400, 30),
    ]
    /// Locations that reachability is probed from.
    static let probes = ["probe-frankfurt", "probe-london", "probe-new-york", "probe-tokyo"]
    /// Days that incidents are told for.
    static let incidentDays: Int64 = 90

    let truth: Truth
    let faults: Faults
    let now: UnixTime

    /// - Parameter application: an empty one stands for everybody's clusters.
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
                        try clusters(application, asked).map {
                            ($0, .string(truth.status(cluster: $0, at: now)))
                        })
                )
            ])
        case .incidents(let asked):
            .object([("incidents", .object(try clusters(application, asked).map { ($0, incidents($0)) }))])
        case .probe(let metric, let asked):
            .object([
                (
                    "metrics",
                    .object([(metric, .object(try clusters(application, asked).map { ($0, probe(metric, $0)) }))])
                )
            ])
        case .reachability(let asked):
            .object(try clusters(application, asked).map { ($0, reachability($0)) })
        case .usage, .indexes: throw APIError.noSuchPath
        }
    }

    /// The application's clusters, everybody's without one, or those asked for.
    private func clusters(_ application: ApplicationID, _ asked: [String]?) throws(APIError) -> [String] {
        let everybody = truth.allModels.flatMap(\.fleet.clusters)
        guard let asked else {
            let own = truth.clusters(application: application)
            return own.isEmpty ? Set(everybody).sorted() : own
        }
        for cluster in asked where !everybody.contains(cluster) {
            throw APIError(404, "Cluster \"\(cluster)\" not found")
        }
        return asked
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
                                ).map { point(faults.monitoringSeconds ? time : time * 1000, JSONValue($0)) }
                            }
                            return (server, JSONValue.array(points))
                        }
                        return (metric, .object(values))
                    })
            )
        ])
    }

    private func inventory(_ application: ApplicationID) -> JSONValue {
        let alive = Set(truth.servers(application: application, at: now))
        let servers = truth.model(application)?.fleet.servers.filter { alive.contains($0.name) } ?? []
        let items = servers.map { server in
            JSONValue.object([
                ("name", .string(server.name)), ("region", .string(server.region)),
                ("cluster", .string(server.cluster)), ("is_replica", .bool(server.region != "eu")),
                ("is_slave", .bool(server.region != "eu")), ("status", .string("PRODUCTION")),
                ("type", .string("cluster")),
            ])
        }
        return .object([("inventory", .array(items))])
    }

    /// Each incident's beginning and end, oldest first.
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
        return .array(entries)
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
