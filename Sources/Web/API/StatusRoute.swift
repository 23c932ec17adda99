internal import AlgoliaClient
internal import Collector
internal import History
internal import Hummingbird
internal import UsageModel

/// `/api/v1/status`: what the collector is doing, and what is covered.
enum StatusRoute {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/api/v1/status", summary: "State of the collector, freshness and coverage.",
            contents: [.init(type: "application/json", summary: "The state of every application.")]
        ) { _, _ in
            let statuses = await exporter.status()
            let coverage = try await exporter.history.coverage()
            let newest = Dictionary(
                try await exporter.history.freshness().map { (Place($0.scope, $0.granularity), $0.completeUntil) },
                uniquingKeysWith: max)
            return try response(
                Document(
                    version: exporter.build.version, now: RFC3339.string(exporter.clock.now),
                    ready: try await exporter.hasFirstData(statuses),
                    database: .init(
                        path: exporter.history.path, bytes: exporter.history.size,
                        state: exporter.history.problem?.name ?? HistoryProblem.good),
                    applications: statuses.map(ApplicationDocument.init),
                    coverage: coverage.map { CoverageDocument($0, newest: newest[Place($0.scope, $0.granularity)]) }))
        }
    }

    /// The scope and granularity of a coverage.
    private struct Place: Hashable {
        var scope: Scope
        var granularity: Granularity

        init(_ scope: Scope, _ granularity: Granularity) { (self.scope, self.granularity) = (scope, granularity) }
    }

    private static func response(_ document: Document) throws -> Response {
        var bytes = try JSONDocument.bytes(document)
        for monitoring in document.applications.compactMap(\.monitoring) {
            bytes = bytes.replacing(Array("\"\(monitoring.reachability)\"".utf8), with: monitoring.reachabilityJSON)
        }
        return .bytes(bytes, type: "application/json")
    }

    private struct Document: Encodable {
        struct Database: Encodable {
            var path: String
            var bytes: Int64
            var state: String
        }
        var version: String
        var now: String
        var ready: Bool
        var database: Database
        var applications: [ApplicationDocument]
        var coverage: [CoverageDocument]
    }

    private struct ApplicationDocument: Encodable {
        var application: ApplicationID
        var state: String
        @OrNull var pausedUntil: String?
        @OrNull var lastSuccess: String?
        @OrNull var lastError: String?
        @OrNull var lastErrorTime: String?
        var indices: Int
        var backfillRemainingSeconds: [String: Int64]
        var refusedStatistics: [String: [StatisticName]]
        var setAside: [SetAsideDocument]
        var vendorHorizons: [HorizonDocument]
        @OrNull var storageFailingSince: String?
        var failingIndices: [IndexName]
        var requestsInLastMinute: Int
        var requestsPerMinuteLimit: Int
        @OrNull var monitoring: MonitoringDocument?
        /// Nil where Usage API v2 is not asked, and before its registry was asked for.
        @OrNull var usageV2: BillingDocument?

        init(_ status: ApplicationStatus) {
            application = status.application
            state = status.state.rawValue
            pausedUntil = status.pausedUntil.map(RFC3339.string)
            lastSuccess = status.lastSuccess.map(RFC3339.string)
            lastError = status.lastError
            lastErrorTime = status.lastErrorTime.map(RFC3339.string)
            indices = status.indices
            backfillRemainingSeconds = Dictionary(
                uniqueKeysWithValues: status.remaining.map { ($0.key.rawValue, $0.value) })
            refusedStatistics = status.refused.filter { !$0.value.isEmpty }
            setAside = status.setAside.map(SetAsideDocument.init)
            vendorHorizons = status.horizons.map(HorizonDocument.init)
            storageFailingSince = status.storageFailingSince.map(RFC3339.string)
            failingIndices = status.failing
            requestsInLastMinute = status.quota.sentInLastMinute
            requestsPerMinuteLimit = status.quota.requestsPerMinute
            monitoring = status.infrastructure.map(MonitoringDocument.init)
            usageV2 = status.billing.map(BillingDocument.init)
        }
    }

    /// A range that the vendor did not serve, and that is requested once a day.
    private struct SetAsideDocument: Encodable {
        @OrNull var index: IndexName?
        var granularity: Granularity
        var statistic: StatisticName
        var start: String
        var end: String
        var reason: String
        var lastTried: String

        init(_ one: SetAside) {
            index = one.scope.isIndex ? one.scope.index : nil
            granularity = one.granularity
            statistic = one.statistic
            start = RFC3339.string(one.range.start)
            end = RFC3339.string(one.range.end)
            reason = one.reason
            lastTried = RFC3339.string(one.triedAt)
        }
    }

    /// How far back the vendor serves, where that is less than is wanted.
    private struct HorizonDocument: Encodable {
        var level: String
        var granularity: Granularity
        var seconds: Int64
        var reason: String
        var lastTried: String

        init(_ horizon: VendorHorizon) {
            level = horizon.level.rawValue
            granularity = horizon.granularity
            seconds = horizon.age
            reason = horizon.reason
            lastTried = RFC3339.string(horizon.triedAt)
        }
    }

    /// The state of collection by Usage API v2.
    private struct BillingDocument: Encodable {
        struct Metric: Encodable {
            var name: StatisticName
            var statistic: StatisticName
            var label: String
            var description: String
        }
        var served: Bool
        var registryAsked: String
        var metrics: [Metric]
        @OrNull var lastSuccess: String?
        @OrNull var lastError: String?
        var backfillRemainingSeconds: [String: Int64]
        var refusedStatistics: [StatisticName]
        var setAside: [SetAsideDocument]
        var vendorHorizons: [HorizonDocument]
        var coverage: [String: [CoverageDocument.Range]]

        init(_ status: BillingStatus) {
            served = status.isServed
            registryAsked = RFC3339.string(status.registryAsked)
            metrics = status.metrics.map {
                Metric(name: $0.name, statistic: $0.statistic, label: $0.label, description: $0.description)
            }
            lastSuccess = status.lastSuccess.map(RFC3339.string)
            lastError = status.lastError
            backfillRemainingSeconds = Dictionary(
                uniqueKeysWithValues: status.remaining.map { ($0.key.rawValue, $0.value) })
            refusedStatistics = status.refused
            setAside = status.setAside.map(SetAsideDocument.init)
            vendorHorizons = status.horizons.map(HorizonDocument.init)
            coverage = Dictionary(
                uniqueKeysWithValues: status.coverage.map {
                    ($0.key.rawValue, $0.value.ranges.map(CoverageDocument.Range.init))
                })
        }
    }

    private struct MonitoringDocument: Encodable {
        struct Server: Encodable {
            var name: ServerName
            var region: ServerName
            var cluster: ServerName
            var type: String
            var status: String
        }
        var up: Bool
        var refused: Bool
        @OrNull var lastError: String?
        /// Null while nothing is known of servers.
        @OrNull var servers: [Server]?
        var clusters: [ServerName]
        @OrNull var clusterSource: String?
        var unknownClusters: [ServerName]
        /// Stands for ``reachabilityJSON`` while the document is encoded: the encoder's objects have one of two names
        /// that Swift takes for the same.
        let reachability = "reachability \(UInt64.random(in: 0 ... .max)) \(UInt64.random(in: 0 ... .max))"
        let reachabilityJSON: [UInt8]

        private enum CodingKeys: CodingKey {
            case up, refused, lastError, servers, clusters, clusterSource, unknownClusters, reachability
        }

        init(_ status: InfrastructureStatus) {
            up = status.isUp
            refused = status.isRefused
            lastError = status.lastError
            servers = status.serversFetched.map { _ in
                status.servers.map {
                    Server(name: $0.name, region: $0.region, cluster: $0.cluster, type: $0.type, status: $0.status)
                }
            }
            clusters = status.clusters
            clusterSource = status.clusterSource?.rawValue
            unknownClusters = status.unknownClusters
            var json = JSONBytes()
            Self.object(status.reachability, &json) { probes, json in
                Self.object(probes, &json) { isReached, json in
                    if isReached { json.raw("true") } else { json.raw("false") }
                }
            }
            reachabilityJSON = json.bytes
        }

        /// Appends an object whose names are compared by their bytes.
        private static func object<Value>(
            _ values: [ServerName: Value], _ json: inout JSONBytes, _ append: (Value, inout JSONBytes) -> Void
        ) {
            json.raw("{")
            for (position, (name, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if position > 0 { json.raw(",") }
                json.string(name)
                json.raw(":")
                append(value, &json)
            }
            json.raw("}")
        }
    }

    private struct CoverageDocument: Encodable {
        struct Range: Encodable {
            var start: String
            var end: String

            init(_ range: TimeRange) {
                start = RFC3339.string(range.start)
                end = RFC3339.string(range.end)
            }
        }
        var application: ApplicationID
        @OrNull var index: IndexName?
        var granularity: Granularity
        @OrNull var newestBucketEnd: String?
        var ranges: [Range]

        /// - Parameter newest: the end of the newest complete bucket.
        init(_ coverage: Coverage, newest: UnixTime?) {
            application = coverage.scope.application
            index = coverage.scope.isIndex ? coverage.scope.index : nil
            granularity = coverage.granularity
            newestBucketEnd = newest.map(RFC3339.string)
            ranges = coverage.ranges.ranges.map(Range.init)
        }
    }
}
