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
    /// The end of the newest complete bucket.
    private(set) var newest: [Scope: [Granularity: UnixTime]] = [:]

    init(_ exporter: Exporter) async throws {
        now = exporter.clock.now
        statuses = await exporter.status()
        registry = exporter.registry
        for coverage in try await exporter.history.coverage() {
            fetched[coverage.scope, default: [:]][coverage.granularity] = coverage.ranges
        }
        for tail in try await exporter.history.freshness() {
            let known = newest[tail.scope]?[tail.granularity] ?? tail.completeUntil
            newest[tail.scope, default: [:]][tail.granularity] = max(known, tail.completeUntil)
            let range = TimeRangeSet(TimeRange(tail.tailStart, tail.completeUntil))
            fetched[tail.scope, default: [:]][tail.granularity, default: TimeRangeSet()] =
                (fetched[tail.scope]?[tail.granularity] ?? TimeRangeSet()).union(range)
        }
    }

    /// Applications that are collected, then those that only have a past.
    func applications() -> [ApplicationID] {
        let collected = statuses.map(\.application)
        return collected + Set(fetched.keys.map(\.application)).subtracting(collected).sorted()
    }

    /// The table of one application's freshness, coverage and progress.
    func progress(of application: ApplicationID) -> [ProgressRow] {
        let scope = Scope(application: application)
        let status = statuses.first { $0.application == application }
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
        let percent = Int((Double(desired - remaining) / Double(desired) * 100).rounded(.down))
        let left = remaining > 0 ? left(remaining, scopes: status.indices + 1) : "complete"
        return [ProgressBar(granularity: granularity.rawValue, percent: String(percent), left: left)]
    }

    /// `about 347 days of history left per index`: the mean of the application and its indices.
    private static func left(_ seconds: Int64, scopes: Int) -> String {
        let hours = max(seconds / 3600 / Int64(scopes), 1)
        let text =
            hours < 48 ? Figure.count(Int(hours), "hour") : Figure.count(Int((hours + 12) / 24), "day")
        return "about \(text) of history left" + (scopes > 1 ? " per index" : "")
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
        var notes: [Markup] = []
        // What blocks an application is at the top of the page.
        if !status.isBlocked {
            if let error = status.lastError, let time = status.lastErrorTime {
                notes.append("Last error, \(Markup.time(time)): \(error)")
            }
            if let until = status.pausedUntil { notes.append("Paused; retrying at \(Markup.time(until)).") }
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
            let names =
                infrastructure.clusters.isEmpty
                ? "none yet" : infrastructure.clusters.map(\.text).joined(separator: ", ")
            notes.append(
                infrastructure.isRefused && infrastructure.servers.isEmpty
                    ? "The key or the plan does not include the Monitoring API."
                    : "\(Figure.count(infrastructure.servers.count, "server")); clusters: \(names)")
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

    /// How many billing metrics there are, and how far their history is.
    private static func note(_ billing: BillingStatus) -> Markup {
        let remaining = billing.remaining.values.reduce(0, +)
        let history = remaining > 0 ? left(remaining, scopes: 1) : "history complete"
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
