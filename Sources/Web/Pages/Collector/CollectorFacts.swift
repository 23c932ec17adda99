internal import AlgoliaClient
internal import Collector
internal import Exposition
internal import History
internal import Presentation
internal import UsageModel

/// Everything that the pages tell about who collects, read once for a page.
struct CollectorFacts: Sendable {
    var now: UnixTime
    var statuses: [ApplicationStatus]
    /// The counters and gauges that the exporter keeps about itself.
    var registry: MetricsRegistry
    /// The ranges that were fetched, settled or not, by scope and granularity.
    private(set) var fetched: [Scope: [Granularity: TimeRangeSet]] = [:]
    /// The lists of indices of the applications that are collected.
    private(set) var inventories: [ApplicationID: IndexInventory] = [:]
    /// The end of the newest complete bucket.
    private(set) var newest: [Scope: [Granularity: UnixTime]] = [:]
    /// Applications that are stored, whatever was fetched of them.
    private var stored: Set<ApplicationID> = []

    /// Everything, of the applications and of their indices.
    init(_ exporter: Exporter) async throws {
        await self.init(of: exporter)
        for status in statuses where status.keys.contains(.search) {
            inventories[status.application] = try await exporter.history.indexInventory(
                application: status.application)
        }
        add(try await exporter.history.coverage(), try await exporter.history.freshness())
    }

    /// What is told of the applications themselves: their indices may be thousands.
    init(_ exporter: Exporter, applications: [ApplicationID]) async throws {
        await self.init(of: exporter)
        stored = Set(try await exporter.history.applicationIDs()).intersection(applications)
        for application in Set(statuses.map(\.application)).union(applications) {
            let scope = Scope(application: application)
            add(try await exporter.history.coverage(scope), try await exporter.history.freshness(scope))
        }
    }

    private init(of exporter: Exporter) async {
        now = exporter.clock.now
        statuses = await exporter.status()
        registry = exporter.registry
    }

    private mutating func add(_ coverages: [Coverage], _ tails: [Freshness]) {
        for coverage in coverages {
            fetched[coverage.scope, default: [:]][coverage.granularity] = coverage.ranges
        }
        for tail in tails {
            newest[tail.scope, default: [:]].merge([(tail.granularity, tail.completeUntil)], uniquingKeysWith: max)
            let range = TimeRangeSet(TimeRange(tail.tailStart, tail.completeUntil))
            fetched[tail.scope, default: [:]].merge([(tail.granularity, range)]) { $0.union($1) }
        }
    }

    /// Applications that are stored or have a contract, ascending.
    static func known(_ exporter: Exporter) async throws -> [ApplicationID] {
        Set(try await exporter.history.applicationIDs()).union(exporter.capacity.contracts.keys).sorted()
    }

    /// Applications that are collected, then those that only have a past.
    func applications() -> [ApplicationID] {
        let collected = statuses.map(\.application)
        return collected + stored.union(fetched.keys.map(\.application)).subtracting(collected).sorted()
    }

    /// The table of one application's freshness, coverage and progress.
    func progress(of application: ApplicationID) -> [ProgressRow] {
        let scope = Scope(application: application)
        let status = statuses.first { $0.application == application }
        // Without a usage key nothing is fetched that could be fresh or covered.
        if status?.keys.contains(.usage) == false, fetched[scope] == nil { return [] }
        return [Granularity.hourly, .daily].map { granularity in
            let newest = newest[scope]?[granularity]
            let since = fetched[scope]?[granularity]?.ranges.first?.start
            return ProgressRow(
                granularity: granularity.rawValue,
                newest: newest.map { "\(Markup.time($0)), \(Self.age(now - $0)) ago" },
                since: since.map(Markup.time), progress: status.map { Self.progress($0, granularity) } ?? [])
        }
    }

    /// To the minute, or the second where that is all.
    private static func age(_ seconds: Int64) -> String {
        DurationText.string(seconds < 60 ? max(seconds, 0) : seconds / 60 * 60)
    }

    private static func progress(_ status: ApplicationStatus, _ granularity: Granularity) -> [ProgressBar] {
        let desired = status.desired[granularity] ?? 0
        let remaining = status.remaining[granularity] ?? 0
        guard desired > 0 else { return [] }
        let share = Int((Double(desired - remaining) / Double(desired) * 100).rounded(.down))
        let percent = status.awaitsIndices ? min(share, 99) : share
        let isComplete = remaining == 0 && !status.awaitsIndices
        return [
            ProgressBar(
                granularity: granularity.rawValue, percent: String(percent),
                left: isComplete ? "complete" : status.isBlocked ? "blocked" : "in progress")
        ]
    }

    /// The rest of the backfill, in requests and the time that the quota needs for them.
    private static func backfill(_ status: ApplicationStatus) -> Markup? {
        guard let left = status.requestsLeft, left > 0, status.state == .backfilling else { return nil }
        let rate = max(status.quota.requestsPerMinute, 1)
        let (requests, minutes) = (Figure.count(left, "request"), Figure.count((left - 1) / rate + 1, "minute"))
        return "Backfill: \(requests) left, at least \(minutes) at \(rate) requests per minute."
    }

    /// The state of a collector for people.
    static func name(_ state: ApplicationStatus.State?) -> String {
        switch state {
        case nil: "not collected"
        case .current?: "up to date"
        case let state?: state.rawValue
        }
    }

    /// Ranges that are named one by one.
    private static let shownRanges = 10

    /// The reasons that keep the collector from its work, in sentences.
    static func notes(_ status: ApplicationStatus) -> [Markup] {
        var notes = [backfill(status)].compactMap(\.self)
        // What blocks an application is at the top of the page.
        if !status.isBlocked {
            if let error = status.lastError, let time = status.lastErrorTime {
                notes.append("Last error, \(Markup.time(time)): \(error)")
            }
            if let until = status.pausedUntil { notes.append("Paused; retrying at \(Markup.time(until)).") }
        }
        if !status.keys.contains(.usage) {
            notes.append(
                """
                No usage key: only the records, sizes and build times of indices are collected, from the list of indices. \
                A usage key (Premium plans) adds searches, operations, processing times, queries per second and search \
                capacity, the past that Algolia keeps of them, and their limits and forecasts.
                """)
        }
        for (level, names) in status.refused.sorted(by: { $0.key < $1.key }) where !names.isEmpty {
            notes.append("Not included in the plan (\(level) level): \(names.map(\.text).joined(separator: ", "))")
        }
        for horizon in status.horizons {
            notes.append(
                """
                Algolia serves only the last \(DurationText.string(horizon.age / 3600 * 3600)) of \
                \(horizon.granularity.rawValue) history (\(horizon.level.rawValue) level): \(horizon.reason)
                """)
        }
        for horizon in status.billing?.horizons ?? [] {
            notes.append(
                """
                Usage API v2 serves only the last \(DurationText.string(horizon.age / 3600 * 3600)) of \
                \(horizon.granularity.rawValue) history: \(horizon.reason)
                """)
        }
        let setAside = status.setAside + (status.billing?.setAside ?? [])
        for one in setAside.prefix(shownRanges) {
            let name = one.scope.isIndex ? "\(one.scope.index), \(one.statistic)" : one.statistic.text
            notes.append(
                """
                Skipped after errors, retrying once a day: \(name), \(one.granularity.rawValue), \(Markup.time(one.range.start)) to \
                \(Markup.time(one.range.end)): \(one.reason)
                """)
        }
        if setAside.count > shownRanges {
            notes.append("\(Figure.count(setAside.count - shownRanges, "more range")) skipped after errors.")
        }
        if let infrastructure = status.infrastructure {
            notes.append(servers(infrastructure))
            if !infrastructure.unknownClusters.isEmpty {
                let names = infrastructure.unknownClusters.map(\.text).joined(separator: ", ")
                notes.append("Unknown to Algolia and left out: \(names)")
            }
            if !infrastructure.isUp, !infrastructure.isRefused, let error = infrastructure.lastError {
                notes.append("Monitoring API: \(error)")
            }
        }
        if let billing = status.billing, billing.isServed { notes.append(note(billing)) }
        if !status.failing.isEmpty {
            let names = status.failing.map { $0.isEmpty ? "application as a whole" : $0.text }
            notes.append("Failing: \(names.joined(separator: ", "))")
        }
        return notes
    }

    /// The servers and clusters that are known; of what needs a key, that there is none or that it is refused.
    private static func servers(_ infrastructure: InfrastructureStatus) -> Markup {
        let source =
            infrastructure.clusterSource == .servers
            ? " (those whose servers appear in max_qps)" : ""
        let names =
            infrastructure.clusters.isEmpty
            ? "none yet" : infrastructure.clusters.map(\.text).joined(separator: ", ") + source
        guard infrastructure.hasKey else {
            return "Servers: not collected without a Monitoring API key; clusters: \(names)"
        }
        if infrastructure.isRefused, infrastructure.servers.isEmpty {
            let clusters = infrastructure.clusters.isEmpty ? "" : " Clusters: \(names)"
            return "The key or the plan does not include servers of the Monitoring API.\(clusters)"
        }
        return "\(Figure.count(infrastructure.servers.count, "server")); clusters: \(names)"
    }

    /// How many billing metrics there are, and how far their history is.
    private static func note(_ billing: BillingStatus) -> Markup {
        let remaining = billing.remaining.values.reduce(0, +)
        let history = remaining > 0 ? "history in progress" : "history complete"
        let error = billing.lastError.map { "; last error: \($0)" } ?? ""
        return "Usage API v2: \(Figure.count(billing.metrics.count, "billing metric")), \(history)\(error)"
    }
}

struct ProgressRow: ViewModel {
    var granularity: String
    var newest: Markup?
    var since: Markup?
    var progress: [ProgressBar]
}

struct ProgressBar: ViewModel {
    var granularity: String
    var percent: String
    var left: String
}
