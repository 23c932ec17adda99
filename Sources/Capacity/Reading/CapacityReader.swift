internal import Forecast
public import Foundation
public import History
public import UsageModel

/// Reads what capacity is judged by from the history, and judges it.
///
/// Days are Algolia's own, of UTC. In another zone they are made of hours where every hour of the day is
/// stored; before hours were kept, Algolia's day of the same date stands for them.
public struct CapacityReader: Sendable {
    /// Five years tell what a season is.
    private static let memory: Int64 = 5 * 366
    private static let day = Granularity.daily.seconds
    /// The statistics that are read for indices; for the application itself, all are.
    private static let ofIndices: Set<StatisticName> = ["billed_search_requests", "total_search_requests", "records"]
    private static let ofServers: Set<StatisticName> = [
        "cpu_usage", "ram_search_usage", "ram_indexing_usage", "ssd_usage", "avg_build_time",
    ]

    private let history: History
    private let timeZone: TimeZone
    private let events: EventCalendar

    public init(_ history: History, timeZone: TimeZone = .gmt, events: EventCalendar = EventCalendar()) {
        self.history = history
        self.timeZone = timeZone
        self.events = events
    }

    /// The day of `timeZone` at an instant, from 1970-01-01 on.
    public static func day(at time: UnixTime, _ timeZone: TimeZone) -> Int64 {
        LocalDays.number(at: time, timeZone)
    }

    /// The report of one application.
    /// - Parameter days: the days to look at, as far as they are over and settled; nil for all.
    public func report(
        _ application: ApplicationID, contract: Contract, days: Range<Int64>? = nil
    ) async throws -> CapacityReport {
        CapacityReport(try await input(application, contract: contract, days: days))
    }

    /// The end of the newest day of `application` that is over and settled, as far as it is stored; nil before
    /// there is any.
    public func newestDayEnd(_ application: ApplicationID) async throws -> Int64? {
        if let end = newestDayEnd(try await history.coverage(Scope(application: application))) { return end }
        return try await history.newestIndexList(application: application).map(Self.listedDayEnd)
    }

    /// The first day of UTC that was answered for `application` itself; nil before any was. A first backfill brings a
    /// year of them at once.
    public func firstDay(_ application: ApplicationID) async throws -> Int64? {
        try await history.coverage(Scope(application: application))
            .filter { $0.granularity == .daily && !$0.scope.isIndex }
            .compactMap { $0.ranges.ranges.first.map { $0.start / Self.day } }.min()
    }

    /// Reads the days of one application.
    func input(_ application: ApplicationID, contract: Contract, days: Range<Int64>?) async throws -> CapacityInput {
        let coverage = try await coverage(application)
        let hasUsage = coverage.contains { $0.granularity != .minutely }
        let inventory = try await history.indexInventory(application: application)
        let stored = try await history.storedSeries().filter {
            $0.key.application == application && isNeeded($0.key, hasUsage: hasUsage)
        }
        let indices = try await history.indices(of: application)
        let nothing = CapacityInput(
            application: application, contract: contract, timeZone: timeZoneName, events: events, days: 0..<0,
            series: [], covered: [:], indices: indices, inventory: inventory, hasUsage: hasUsage || inventory == nil)
        guard let newest = newestDayEnd(coverage) ?? inventory.map({ Self.listedDayEnd($0.fetched) }) else {
            return nothing
        }
        let end = min(newest, days?.upperBound ?? .max)
        let start = max(end - Self.memory, days?.lowerBound ?? .min)
        guard start < end else { return nothing }
        let range = start..<end
        let seconds = TimeRange(start * Self.day, end * Self.day)
        // A zone's first and last day reach into those of UTC beside them.
        let local =
            isUTC ? nil : LocalDays(timeZone, touching: TimeRange(seconds.start - Self.day, seconds.end + Self.day))
        var covered: [IndexName: RangeSet<Int64>] = [:]
        var wholeByHours: [IndexName: RangeSet<Int64>] = [:]
        for one in coverage {
            switch one.granularity {
            case .daily: covered[one.scope.index, default: RangeSet()].formUnion(Self.days(one.ranges))
            case .hourly:
                guard let local else { continue }
                let whole = local.whole(in: one.ranges)
                wholeByHours[one.scope.index] = whole
                covered[one.scope.index, default: RangeSet()].formUnion(whole)
            case .minutely: continue
            }
        }
        var series: [CapacityInput.Series] = []
        for one in try await daily(stored.filter { $0.key.api == .usage }, seconds) {
            series.append(CapacityInput.Series(key: one.key, days: DailySeries(one.values, within: range)))
        }
        if let local {
            series = try await inZone(series, stored, local, wholeByHours, range)
        }
        if !hasUsage {
            for one in try await daily(stored.filter { $0.key.api == .search }, seconds) {
                // The list's number of records takes the place of the Usage API's.
                let key = SeriesKey(application: application, statistic: "records", index: one.key.index)
                series.append(CapacityInput.Series(key: key, days: DailySeries(one.values, within: range)))
            }
        }
        for one in try await servers(stored.filter { $0.key.api == .monitoring }, of: application, range, local) {
            series.append(CapacityInput.Series(key: one.key, days: DailySeries(one.values, within: range)))
        }
        series.removeAll { $0.days.values.allSatisfy { $0 == nil } }
        guard let first = series.map(\.days.firstDay).min() else { return nothing }
        return CapacityInput(
            application: application, contract: contract, timeZone: timeZoneName, events: events,
            days: max(first, start)..<end, series: series,
            covered: covered.mapValues { $0.intersection(RangeSet(range)) }, indices: indices, inventory: inventory,
            hasUsage: hasUsage || inventory == nil)
    }

    /// The end of the newest day of UTC that was over when a list of indices was fetched.
    private static func listedDayEnd(_ fetched: UnixTime) -> Int64 { Granularity.daily.floor(fetched) / day }

    private var isUTC: Bool { ["UTC", "GMT", "Etc/UTC", "Etc/GMT"].contains(timeZone.identifier) }
    private var timeZoneName: String { isUTC ? "UTC" : timeZone.identifier }

    private func isNeeded(_ key: SeriesKey, hasUsage: Bool) -> Bool {
        switch key.api {
        case .usage: key.index.isEmpty || Self.ofIndices.contains(key.statistic)
        case .monitoring: Self.ofServers.contains(key.statistic)
        case .search: !hasUsage && key.statistic == StatisticCatalogue.entries
        case .usageV2: false
        }
    }

    private func coverage(_ application: ApplicationID) async throws -> [Coverage] {
        try await history.coverage(application: application)
    }

    private func newestDayEnd(_ coverage: [Coverage]) -> Int64? {
        let ends = coverage.filter { !$0.scope.isIndex }.compactMap { one -> Int64? in
            guard let end = one.ranges.ranges.last?.end else { return nil }
            switch one.granularity {
            case .daily: return isUTC ? end / Self.day : nil
            case .hourly: return isUTC ? nil : LocalDays.number(at: end, timeZone)
            case .minutely: return nil
            }
        }
        return ends.max()
    }

    /// The whole days of UTC within `ranges`.
    private static func days(_ ranges: TimeRangeSet) -> RangeSet<Int64> {
        RangeSet(
            ranges.ranges.compactMap { range in
                let first = (range.start + day - 1) / day
                return first < range.end / day ? first..<range.end / day : nil
            })
    }

    private typealias Values = (key: SeriesKey, values: [Int64: Double])

    private func daily(_ stored: [StoredSeries], _ range: TimeRange) async throws -> [Values] {
        try await history.range(
            of: stored, RangeQuery(statistics: [], granularity: .daily, range: range)
        ).map { one in (one.key, Self.byDay(one.points)) }
    }

    private static func byDay(_ points: [Point]) -> [Int64: Double] {
        Dictionary(points.map { ($0.time / day, $0.value.double) }) { _, last in last }
    }

    /// Servers have hours only. A day of which some hours were not fetched of any server is left out.
    private func servers(
        _ stored: [StoredSeries], of application: ApplicationID, _ range: Range<Int64>, _ local: LocalDays?
    ) async throws -> [Values] {
        guard !stored.isEmpty else { return [] }
        var query = RangeQuery(
            statistics: Self.ofServers.sorted(), applications: [application], granularity: .hourly,
            range: TimeRange((range.lowerBound - 1) * Self.day, (range.upperBound + 1) * Self.day))
        let fetched = try await history.fetchedRanges(of: query, now: query.range.end)
            .ranges(of: Scope(application: application))
        guard let local else {
            let whole = Self.days(fetched)
            query.step = Self.day
            return try await history.range(of: stored, query).map { one in
                (one.key, Self.byDay(one.points).filter { whole.contains($0.key) })
            }
        }
        let whole = local.whole(in: fetched)
        return try await history.range(of: stored, query).map { one in
            (one.key, local.values(one.points, aggregate: .avg, whole: whole))
        }
    }

    /// `series` with the zone's own days where all hours of a day are there.
    private func inZone(
        _ series: [CapacityInput.Series], _ stored: [StoredSeries], _ local: LocalDays,
        _ whole: [IndexName: RangeSet<Int64>], _ range: Range<Int64>
    ) async throws -> [CapacityInput.Series] {
        var days = Dictionary(series.map { ($0.key, $0.days) }) { first, _ in first }
        var order = series.map(\.key)
        let hours = TimeRange((range.lowerBound - 1) * Self.day, (range.upperBound + 1) * Self.day)
        for one in stored where one.key.api == .usage {
            // One series at a time: the hours of all of them together are many.
            let found = try await history.range(
                of: [one], RangeQuery(statistics: [], granularity: .hourly, range: hours))
            let whole = whole[one.key.index] ?? RangeSet()
            let values = local.values(
                found.first?.points ?? [],
                aggregate: StatisticCatalogue.describe(one.key.statistic).defaultAggregate, whole: whole)
            guard !values.isEmpty else { continue }
            if days[one.key] == nil { order.append(one.key) }
            var merged: [Int64: Double] = [:]
            if let known = days[one.key] {
                for day in known.values(in: range) where !whole.contains(day.day) { merged[day.day] = day.value }
            }
            merged.merge(values) { $1 }
            days[one.key] = DailySeries(merged, within: range)
        }
        return order.compactMap { key in days[key].map { CapacityInput.Series(key: key, days: $0) } }
    }
}

extension DailySeries {
    /// The days of `range`, from the first to the last that has a value.
    fileprivate init(_ values: [Int64: Double], within range: Range<Int64>) {
        let days = values.keys.filter(range.contains)
        guard let first = days.min(), let last = days.max() else {
            self.init(firstDay: range.upperBound, values: [])
            return
        }
        self.init(firstDay: first, values: (first...last).map { values[$0] })
    }
}
