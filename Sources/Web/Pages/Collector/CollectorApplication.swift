internal import AlgoliaClient
internal import Capacity
internal import Collector
internal import Exposition
internal import History
internal import Presentation
internal import UsageModel

/// One application on the collector's page.
struct CollectorApplication: ViewModel {
    /// The most days that calendars show: more than the longest that Algolia lets anyone look back.
    private static let days: Int64 = 14 * 30 + 7
    /// Rows of the table of indices.
    private static let rows = 100

    struct Calendar: ViewModel {
        var title: String
        var calendar: Markup
        var legend: Markup
    }

    struct Key: ViewModel {
        var api: String
        var state: String
        var lastAnswer: Markup
    }

    struct Index: ViewModel {
        var name: IndexName
        var hourly: String
        var daily: String
        /// The same with every digit, for the script that sorts tables; empty for none.
        var exactHourly: String
        var exactDaily: String
        var newest: Markup
    }

    var id: ApplicationID
    var anchor: String
    var state: String
    var stateName: String
    var lastSuccess: Markup?
    var indexNumber: String
    var indexCount: String
    var hasRows: Bool
    var rows: [ProgressRow]
    var notes: [Markup]
    var hasKeys: Bool
    var keys: [Key]
    /// Whether the calendars are closed at first, as beside those of other applications.
    var isFolded: Bool
    var calendars: [Calendar]
    var hasIndices: Bool
    var indices: [Index]
    var cut: String
    var list: ListedIndices?

    init(_ id: ApplicationID, position: Int, isFolded: Bool, _ facts: CollectorFacts) {
        let status = facts.statuses.first { $0.application == id }
        self.id = id
        anchor = "application-\(position)"
        state = status?.state.rawValue ?? "not collected"
        stateName = CollectorFacts.name(status?.state)
        lastSuccess = status?.lastSuccess.map(Markup.time)
        let names = Set(facts.fetched.keys.filter { $0.application == id && $0.isIndex }.map(\.index))
        let number = max(status?.indices ?? 0, names.count)
        indexNumber = Figure.exact(number)
        indexCount = Figure.count(number, "index", "indices")
        rows = facts.progress(of: id)
        hasRows = !rows.isEmpty
        notes = status.map(CollectorFacts.notes) ?? []
        hasKeys = status != nil
        keys = status.map { Self.keys($0, facts) } ?? []
        calendars =
            status?.keys.contains(.usage) == false
            ? [] : [Granularity.hourly, .daily].map { Self.calendar(id, $0, status, facts) }
        self.isFolded = isFolded && !calendars.isEmpty
        indices = Self.indices(id, names, status, facts)
        hasIndices = !indices.isEmpty
        list = facts.inventories[id].map { ListedIndices($0) }
        cut =
            names.count > Self.rows
            ? "The \(Self.rows) of \(Figure.exact(names.count)) indices with the lowest coverage." : ""
    }

    private static func calendar(
        _ id: ApplicationID, _ granularity: Granularity, _ status: ApplicationStatus?, _ facts: CollectorFacts
    ) -> Calendar {
        let today = CalendarText.day(of: facts.now)
        let fetched = facts.fetched[Scope(application: id)]?[granularity] ?? TimeRangeSet()
        let desired = status.map { $0.desiredRange(granularity, now: facts.now) }
        // Months before anything was wanted say nothing.
        let first = [fetched.ranges.first?.start, desired?.start].compactMap(\.self).min() ?? facts.now
        let calendar = CoverageDays.calendar(
            fetched: fetched, desired: desired, isBlocked: status?.isBlocked ?? false,
            days: max(CalendarMonth.containing(CalendarText.day(of: first)).lowerBound, today - days)..<(today + 1),
            now: facts.now)
        return Calendar(
            title: "\(granularity == .hourly ? "Hourly" : "Daily") coverage of \(id)",
            calendar: Markup(trusted: calendar.html),
            legend: Markup(trusted: calendar.legend))
    }

    /// The state of each API's key, as far as it was used.
    private static func keys(_ status: ApplicationStatus, _ facts: CollectorFacts) -> [Key] {
        // The key of Usage API v2 is that of the Usage API.
        API.allCases.filter { $0 != .usageV2 || status.billing?.isServed == true }.map { api in
            func value(_ metric: MetricDeclaration) -> Double? {
                facts.registry.value(of: metric, status.application.text, api.rawValue)
            }
            let isUp = value(CollectorMetric.isUp).map { $0 == 1 }
            let lastSuccess = value(CollectorMetric.lastSuccess).map { UnixTime($0) }
            let key = api == .usageV2 ? API.usage : api
            let state =
                switch (api, isUp) {
                case (.monitoring, _) where !status.keys.contains(key): "not configured; clusters need none"
                case _ where !status.keys.contains(key): "not configured"
                case (.usage, _) where status.state == .unauthorized: "rejected"
                case (.monitoring, _) where status.infrastructure?.isRefused == true: "rejected"
                case (_, true?): "accepted"
                case (_, false?):
                    lastSuccess == nil ? "no successful request yet" : "accepted earlier; the last request failed"
                case (_, nil): "not used yet"
                }
            return Key(
                api: api.rawValue, state: state,
                lastAnswer: (status.keys.contains(key)
                    ? lastSuccess ?? (api == .usage ? status.lastSuccess : nil) : nil)
                    .map(Markup.time)
                    ?? Markup(text: Figure.missing))
        }
    }

    /// The indices with the lowest coverage, ascending.
    private static func indices(
        _ id: ApplicationID, _ names: Set<IndexName>, _ status: ApplicationStatus?, _ facts: CollectorFacts
    ) -> [Index] {
        func share(_ name: IndexName, _ granularity: Granularity) -> Double? {
            guard let desired = status?.desiredRange(granularity, now: facts.now), !desired.isEmpty else { return nil }
            let fetched = facts.fetched[Scope(application: id, index: name)]?[granularity] ?? TimeRangeSet()
            // The newest buckets are not final, and no index has them all.
            let settled = TimeRange(desired.start, granularity.floor(facts.now - CoverageGaps.grace))
            guard settled.seconds > 0 else { return nil }
            return Double(fetched.intersection(TimeRangeSet(settled)).seconds) / Double(settled.seconds)
        }
        let shares = names.map { ($0, share($0, .hourly), share($0, .daily)) }
        let sorted = shares.sorted {
            (min($0.1 ?? 1, $0.2 ?? 1), $0.0) < (min($1.1 ?? 1, $1.2 ?? 1), $1.0)
        }
        return sorted.prefix(rows).map { name, hourly, daily in
            let newest = facts.newest[Scope(application: id, index: name)]?[.hourly]
            return Index(
                name: name, hourly: hourly.map(Figure.percent) ?? Figure.missing,
                daily: daily.map(Figure.percent) ?? Figure.missing,
                exactHourly: hourly?.description ?? "", exactDaily: daily?.description ?? "",
                newest: newest.map(Markup.time) ?? Markup(text: Figure.missing))
        }
    }
}
