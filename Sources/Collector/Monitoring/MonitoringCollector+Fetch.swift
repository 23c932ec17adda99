internal import AlgoliaClient
internal import History
internal import UsageModel

/// The stored form of each answer of the Monitoring API.
extension MonitoringCollector {
    /// Seconds that the vendor's clock may be ahead.
    private static let clockTolerance: Int64 = 300

    func fetch(_ job: MonitoringJob, _ period: InfrastructurePeriod) async throws {
        switch job {
        case .inventory:
            status.servers = try await client.inventory().sorted { $0.name < $1.name }
            status.serversFetched = clock.now
            let clusters = Set(status.servers.map(\.cluster)).subtracting([""])
            status.clusters = clusters.sorted()
            status.reachability = status.reachability.filter { clusters.contains($0.key) }
            status.incidents = status.incidents.filter { clusters.contains($0.cluster) }
        case .infrastructure: try await fetchInfrastructure(period)
        case .status:
            let answer = try await client.clusterStatus(status.clusters)
            try await store(
                answer.compactMap { cluster, name in ClusterStatus(name: name).map { (cluster, $0.rawValue) } },
                as: "cluster_status")
        case .reachability:
            let answer = try await client.reachability(status.clusters)
            status.reachability = answer
            status.reachabilityFetched = clock.now
            let shares = answer.filter { !$0.value.isEmpty }.mapValues { probes in
                PointValue(100 * Double(probes.values.count { $0 }) / Double(probes.count))
            }
            try await store(shares.map { ($0.key, $0.value) }, as: "reachability")
        case .latency: try await fetchProbe(.latency)
        case .indexing: try await fetchProbe(.indexing)
        case .incidents:
            // One of the year 9999 would be the newest for ever.
            let latest = clock.now + Self.clockTolerance
            let incidents = try await client.incidents(status.clusters).filter { $0.time <= latest }
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
    private func fetchInfrastructure(_ period: InfrastructurePeriod) async throws {
        let asked = clock.now
        let series = try await client.infrastructure(period)
        let sentAt = try await confirmed(asked)
        switch period {
        case .minute, .hour, .day:
            let outcome = try await store(
                series, over: period.length, statistics: .all, sentAt: sentAt, keepsExisting: period == .day)
            repairs = missingPeriods(outcome.answered[.everything] ?? TimeRangeSet(), now: sentAt)
        case .week, .month:
            // Points of whole hours, for those that were never seen minute by minute.
            let ended = Granularity.hourly.floor(sentAt)
            let hours = series.map { one in
                SeriesPoints(statistic: one.statistic, key: one.key, points: one.points.filter { $0.time < ended })
            }
            let asked = limit(hours, to: TimeRange(sentAt - period.length - period.step, ended))
            try await history.fill(asked, application: client.application, api: .monitoring, granularity: .hourly)
            try await history.noteRevisionCheck(Scope(application: client.application), .minutely, at: sentAt)
            weekFetched = sentAt
            repairs.removeAll { $0 == .week }
        }
    }

    /// The longer periods that would fill what is missing of the newest day and week.
    private func missingPeriods(_ answered: TimeRangeSet, now: UnixTime) -> [InfrastructurePeriod] {
        let end = Granularity.minutely.floor(now)
        // What a period answers begins some seconds later than its length ago.
        let dayAgo = end - InfrastructurePeriod.day.length + 600
        let weekAgo = end - InfrastructurePeriod.week.length
        var periods: [InfrastructurePeriod] = []
        if !answered.contains(TimeRange(dayAgo, end - 600)) { periods.append(.day) }
        let gap = TimeRangeSet(TimeRange(weekAgo, dayAgo)).subtracting(answered).ranges.last
        // Nothing gets any better by asking for the same week again.
        let isKnown = weekFetched.map { ($0 - InfrastructurePeriod.day.length + 1200) >= gap?.end ?? .min } ?? false
        if gap != nil, !isKnown { periods.append(.week) }
        return periods
    }

    private func fetchProbe(_ probe: ClusterProbe) async throws {
        let asked = clock.now
        let series = try await client.probe(probe, clusters: status.clusters)
        let sentAt = try await confirmed(asked)
        try await store(
            series, over: InfrastructurePeriod.day.length, statistics: .names([probe.statistic]), sentAt: sentAt)
    }

    /// Stores a state of now as the point of this minute.
    private func store(_ values: [(cluster: ServerName, value: PointValue)], as statistic: StatisticName) async throws {
        let sentAt = try await confirmed(clock.now)
        let minute = Granularity.minutely.floor(sentAt)
        let series = values.map {
            SeriesPoints(statistic: statistic, key: $0.cluster, points: [Point(time: minute, value: $0.value)])
        }
        try await store(series, over: 60, statistics: .names([statistic]), sentAt: sentAt)
    }

    private func store(_ values: [(cluster: ServerName, severity: Int64)], as statistic: StatisticName) async throws {
        try await store(values.map { ($0.cluster, PointValue.integer($0.severity)) }, as: statistic)
    }

    @discardableResult
    private func store(
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
    private func limit(_ series: [SeriesPoints], to range: TimeRange) -> [SeriesPoints] {
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
        tellOutside(outside)
        return kept.filter { !$0.points.isEmpty }
    }
}
