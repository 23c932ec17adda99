import Foundation
import GRDB
import PrometheusModel
import Simulator
import TestSupport
import UsageModel

@testable import History

/// What must hold during a life.
extension Life {
    /// Requests that a life may take; most take 5,000 to 15,000.
    private static let mostRequests = 30_000

    /// Whether the time of day is right, and has been for long enough that everything knows.
    private var isClockRight: Bool { clockError == 0 && clock.monotonic - clockRightSince > 1200 }

    /// Takes a look at what `/metrics` shows.
    func look() async throws {
        guard let history = process?.history else { return }
        if let problem = history.look() { throw LifeError("the file has a problem: \(problem)") }
        let latest: Latest
        do { latest = try await history.latest() } catch {
            return try expectTrouble(error, "reading")
        }
        for series in latest.series {
            if let total = series.total {
                if let known = seen[series.key], total < known {
                    throw LifeError("the counter of \(series.key) went from \(known) back to \(total)")
                }
                seen[series.key] = total
            }
            guard isClockRight else { continue }
            for (point, granularity) in [(series.hourly, Granularity.hourly), (series.daily, .daily)] {
                guard let point, series.key.api == .usage else { continue }
                guard point.time + granularity.seconds <= vendor.now + 60 else {
                    throw LifeError("the gauge of \(series.key) shows \(RFC3339.string(point.time)), which is not over")
                }
            }
        }
    }

    /// Takes the totals of a history that has lost its end for what they are.
    func forgetSeen() async throws { seen = [:] }

    func verify() async throws {
        guard let history = process?.history, !isStorageTroubled else { return }
        try expectIntact(try await history.verify())
    }

    private func expectIntact(_ findings: [Finding]) throws {
        // A counter keeps what Algolia said first; hours that it reported late are only in the points.
        let wrong = findings.filter { finding in
            let scope = Scope(application: "APP", index: finding.index ?? "")
            return finding.table != "counter" || vendor.doubtful(scope).isEmpty
        }
        guard wrong.isEmpty else {
            throw LifeError("verify: \(wrong.prefix(5).map(\.description).joined(separator: "\n"))")
        }
    }

    // MARK: The end

    /// Compares the history with the truth.
    func judge() async throws {
        guard process != nil else { throw LifeError("the exporter does not run in the end") }
        try await process?.drain()
        guard let history = process?.history else { return }
        var wrong: [String] = []
        if vendor.requests > Self.mostRequests {
            wrong.append("\(vendor.requests) requests: something was asked for all the time")
        }
        wrong += try await points(history)
        wrong += try await coverage(history)
        wrong += try await counters(history)
        wrong += try await samples(history)
        guard wrong.isEmpty else { throw LifeError(wrong.prefix(30).joined(separator: "\n")) }
        try expectIntact(try await history.verify(now: vendor.now))
    }

    /// Where the points of a scope must be the truth: what has settled, late revisions included.
    private func range(_ scope: Scope, _ granularity: Granularity) -> TimeRange {
        var start =
            granularity == .hourly
            ? LifePlan.start - LifePlan.horizon + 3600 : LifePlan.start - (LifePlan.days - 1) * 86_400
        if granularity == .hourly, plan.hasRetention { start = max(start, vendor.now - 4 * 86_400) }
        if scope.index == plan.indices.young { start = max(start, plan.birth) }
        return TimeRange(granularity.ceiling(start), granularity.floor(LifePlan.start + LifePlan.duration))
    }

    private func points(_ history: History) async throws -> [String] {
        var wrong: [String] = []
        for scope in plan.scopes {
            for granularity in [Granularity.hourly, .daily] where !range(scope, granularity).isEmpty {
                var comparison = TruthComparison()
                try await comparison.compare(
                    history, vendor.simulator.truth, scope, granularity, range: range(scope, granularity),
                    asOf: vendor.now,
                    statistics: LifeVendor.statistics(perIndex: scope.isIndex))
                guard !comparison.isExact else { continue }
                wrong += comparison.wrong.map { "\(granularity.rawValue) wrong: \($0)" }
                wrong += comparison.missing.map { "\(granularity.rawValue) missing: \($0)" }
                if comparison.equal == 0 { wrong.append("\(scope) has no \(granularity.rawValue) points") }
            }
        }
        return wrong
    }

    private func coverage(_ history: History) async throws -> [String] {
        var wrong: [String] = []
        let all = try await history.coverage()
        for scope in plan.scopes {
            for granularity in [Granularity.hourly, .daily] {
                let covered = all.first { $0.scope == scope && $0.granularity == granularity }?.ranges ?? TimeRangeSet()
                let wanted = TimeRange(
                    range(scope, granularity).start,
                    granularity.floor(vendor.now - plan.settings.settleDelay - 5 * 3600))
                if !covered.contains(wanted) {
                    let gaps = TimeRangeSet(wanted).subtracting(covered).ranges
                    wrong.append("\(scope) \(granularity.rawValue) is not covered: \(gaps)")
                }
                let answered = vendor.answered[scope]?[granularity] ?? TimeRangeSet()
                let invented = covered.subtracting(answered)
                if !invented.isEmpty {
                    wrong.append(
                        "\(scope) \(granularity.rawValue) is covered and was never answered: \(invented.ranges)")
                }
            }
        }
        return wrong
    }

    // MARK: Counters

    private func counters(_ history: History) async throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        let rows = try queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT statistic, index_name, total, credit FROM counter JOIN series ON id = series_id
                    WHERE api = 'usage' AND key = ''
                    """)
        }
        guard let seen = try await history.applications().first?.firstSeen else { return ["no application"] }
        var wrong: [String] = []
        if !(LifePlan.start...LifePlan.start + 300).contains(seen), !plan.startsAtEpoch {
            wrong.append("first seen at \(RFC3339.string(seen))")
        }
        let answered = try await history.answered(application: "APP")
        for row in rows {
            guard let statistic = StatisticName(row[0] as String), let index = IndexName(row[1] as String),
                LifeVendor.counts.contains(statistic)
            else { continue }
            let scope = Scope(application: "APP", index: index)
            let fetched = History.fetched(statistic, in: answered[scope]?[.hourly] ?? [:])
            guard let end = fetched.ranges.last?.end else { continue }
            let total: Double = row[2]
            let credit: Double = row[3]
            let possible = possibleTotals(scope, statistic, TimeRange(Granularity.hourly.floor(seen) + 3600, end))
            if !possible.contains(total - credit) {
                wrong.append("the counter of \(scope) \(statistic) is \(total) - \(credit), expected \(possible)")
            }
        }
        if rows.count < LifeVendor.counts.count { wrong.append("only \(rows.count) counters") }
        return wrong
    }

    /// The totals that hours in a range may have: an hour is counted as it was when it settled, late revisions or not.
    private func possibleTotals(_ scope: Scope, _ statistic: StatisticName, _ range: TimeRange) -> PossibleTotals {
        let truth = vendor.simulator.truth
        let doubtful = vendor.doubtful(scope)
        let final = truth.series(
            application: scope.application, index: scope.index, statistic: statistic, granularity: .hourly, range: range
        )
        var totals = PossibleTotals()
        for point in final.flatMap(\.points) {
            let hour = TimeRange(point.time, point.time + 3600)
            let early = truth.value(
                application: scope.application, index: scope.index, statistic: statistic, granularity: .hourly,
                bucket: point.time, asOf: hour.end + 4 * 3600)
            if TimeRangeSet(hour).intersection(doubtful).isEmpty {
                totals.add(early?.double ?? 0, point.value.double)
            } else {
                totals.addAnything(upTo: point.value.double)
            }
        }
        return totals
    }

    // MARK: Remote write

    /// What the receiver lacks of the settled points, or has otherwise.
    private func samples(_ history: History) async throws -> [String] {
        let (held, doubtful) = (receiver.held, receiver.doubtful)
        var wrong: [String] = []
        for stored in try await history.storedSeries() where stored.key.api == .usage {
            for granularity in [Granularity.hourly, .daily] {
                let all = MetricSeries.all(stored.key, granularity)
                guard !all.isEmpty else { continue }
                var rest: TimeRange? = range(
                    Scope(application: stored.key.application, index: stored.key.index), granularity)
                while let range = rest {
                    let page = try await history.page(of: [stored], granularity, range: range)
                    rest = page.rest
                    for series in all {
                        let labels = series.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                        for point in page.points[0] {
                            let sample = "\(labels) \(series.time(point) * 1000)"
                            let value = series.value(point).double
                            guard held[sample] != value, !doubtful.contains(sample) else { continue }
                            let other = held[sample].map { "\($0)" } ?? "nothing"
                            wrong.append("the receiver has \(other) of \(sample), not \(value)")
                        }
                    }
                }
            }
        }
        return wrong.count > 5 ? Array(wrong.prefix(5)) + ["\(wrong.count) samples differ"] : wrong
    }
}

/// The totals that a counter may have.
struct PossibleTotals: CustomStringConvertible {
    private var exact: Set<Double> = [0]
    private var (lowest, highest) = (0.0, 0.0)
    private var isExact = true

    /// Adds an hour that was counted with one of two values.
    mutating func add(_ first: Double, _ second: Double) {
        lowest += min(first, second)
        highest += max(first, second)
        guard isExact else { return }
        exact = Set(exact.map { $0 + first }).union(exact.map { $0 + second })
        isExact = exact.count < 4096
    }

    /// Adds an hour of which less may have been counted.
    mutating func addAnything(upTo value: Double) {
        highest += value
        isExact = false
    }

    func contains(_ total: Double) -> Bool { isExact ? exact.contains(total) : (lowest...highest).contains(total) }

    var description: String { lowest == highest ? "\(lowest)" : "\(lowest) to \(highest)" }
}
