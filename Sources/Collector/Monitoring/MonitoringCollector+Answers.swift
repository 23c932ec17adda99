internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// The requests of each job, and what becomes of their answers.
extension MonitoringCollector {
    /// Asks a question, and stores the answer.
    func fetch(_ job: MonitoringJob, _ period: InfrastructurePeriod) async throws {
        switch job {
        case .inventory:
            status.servers = try await client.inventory().sorted { $0.name < $1.name }
            status.serversFetched = clock.now
            clusters.noteInventory(status.servers)
            noteClusters()
        case .infrastructure: try await fetchInfrastructure(period)
        case .status:
            let answer = try await ask(job) { [client] in try await client.clusterStatus($0) }
            try await store(
                answer.compactMap { cluster, name in ClusterStatus(name: name).map { (cluster, $0.rawValue) } },
                as: "cluster_status")
        case .reachability:
            let answer = try await ask(job) { [client] in try await client.reachability($0) }
            status.reachability = answer
            status.reachabilityFetched = clock.now
            let shares = answer.filter { !$0.value.isEmpty }.mapValues { probes in
                PointValue(100 * Double(probes.values.count { $0 }) / Double(probes.count))
            }
            try await store(shares.map { ($0.key, $0.value) }, as: "reachability")
        case .latency: try await fetchProbe(.latency, job)
        case .indexing: try await fetchProbe(.indexing, job)
        case .incidents:
            // One of the year 9999 would be the newest for ever.
            let latest = clock.now + Self.clockTolerance
            let incidents = try await ask(job) { [client] in try await client.incidents($0) }
                .filter { $0.time <= latest }
            try await history.store(
                incidents.map {
                    StoredIncident(
                        application: client.application, cluster: $0.cluster, time: $0.time, title: $0.title,
                        status: $0.status)
                })
            status.incidents = Dictionary(grouping: incidents, by: \.cluster).sorted { $0.key < $1.key }
                .compactMap { $0.value.max { $0.time < $1.time } }
        }
    }

    /// Servers by the minute; after a gap the same again, coarser and further back.
    func fetchInfrastructure(_ period: InfrastructurePeriod) async throws {
        let asked = clock.now
        let series = try await client.infrastructure(period)
        let sentAt = try await confirmed(asked)
        switch period {
        case .minute, .hour, .day:
            let outcome = try await store(
                series, over: period.length, statistics: .all, sentAt: sentAt, keepsExisting: period == .day)
            repairs.plan(answered: outcome.answered[.everything] ?? TimeRangeSet(), now: sentAt)
        case .week, .month:
            // Points of whole hours, for those that were never seen minute by minute.
            let ended = Granularity.hourly.floor(sentAt)
            let hours = series.map { one in
                SeriesPoints(statistic: one.statistic, key: one.key, points: one.points.filter { $0.time < ended })
            }
            let asked = limit(hours, to: TimeRange(sentAt - period.length - period.step, ended))
            try await history.fill(asked, application: client.application, api: .monitoring, granularity: .hourly)
            try await history.noteRevisionCheck(Scope(application: client.application), .minutely, at: sentAt)
            repairs.finishWeek(at: sentAt)
        }
    }

    func fetchProbe(_ probe: ClusterProbe, _ job: MonitoringJob) async throws {
        let asked = clock.now
        let series = try await ask(job) { [client] in try await client.probe(probe, clusters: $0) }
        let sentAt = try await confirmed(asked)
        try await store(
            series, over: InfrastructurePeriod.day.length, statistics: .names([probe.statistic]), sentAt: sentAt)
    }

    /// Stores a state of now as the point of this minute.
    func store(_ values: [(cluster: ServerName, value: PointValue)], as statistic: StatisticName) async throws {
        let sentAt = try await confirmed(clock.now)
        let minute = Granularity.minutely.floor(sentAt)
        let series = values.map {
            SeriesPoints(statistic: statistic, key: $0.cluster, points: [Point(time: minute, value: $0.value)])
        }
        try await store(series, over: 60, statistics: .names([statistic]), sentAt: sentAt)
    }

    func store(_ values: [(cluster: ServerName, severity: Int64)], as statistic: StatisticName) async throws {
        try await store(values.map { ($0.cluster, PointValue.integer($0.severity)) }, as: statistic)
    }

    @discardableResult
    func store(
        _ series: [SeriesPoints], over length: Int64, statistics: StatisticSelection, sentAt: UnixTime,
        keepsExisting: Bool = false
    ) async throws -> StoreOutcome {
        let end = Granularity.minutely.floor(sentAt) + 60
        let window = AnsweredWindow(
            scope: Scope(application: client.application), api: .monitoring, granularity: .minutely,
            range: TimeRange(end - 60 - length, end), statistics: statistics, fetchedAt: sentAt, settleDelay: 0)
        let asked = limit(
            series, to: TimeRange(window.range.start - InfrastructurePeriod.day.step, end + Self.clockTolerance))
        let outcome = try await history.store(asked, answering: window, keepsExisting: keepsExisting)
        metrics.stored(outcome.added + outcome.revised)
        return outcome
    }

    /// Takes away the points outside `range`, and counts them.
    func limit(_ series: [SeriesPoints], to range: TimeRange) -> [SeriesPoints] {
        var outside = 0
        let kept = series.map { one in
            var one = one
            let points = one.points.filter { range.contains($0.time) }
            outside += one.points.count - points.count
            one.points = points
            return one
        }
        guard outside > 0 else { return series }
        metrics.outside(outside)
        if told.first(.outside) {
            log.warning("the Monitoring API sent \(outside) points outside the requested range; dropping them")
        }
        return kept.filter { !$0.points.isEmpty }
    }
}
