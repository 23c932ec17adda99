internal import Forecast
internal import History
public import UsageModel

/// The indices and their part in the usage.
public struct IndexReport: Sendable {
    /// The number of days that ``IndexUsage/searches`` counts.
    public static let span = 28
    /// The longest that ``growing`` and ``growingRecords`` are.
    public static let most = 10

    /// Every index, the most searched first; those without a number last.
    public var usage: [IndexUsage]
    /// Indices whose searches grew most (``IndexUsage/searchesGrowth``), the fastest first: they drive the bill.
    public var growing: [IndexUsage]
    /// Indices whose records grew most (``IndexUsage/recordsGrowth``), the fastest first.
    public var growingRecords: [IndexUsage]
    /// Indices that hold records and were not searched in the last 28 days although all of them were fetched,
    /// the largest first. Searches of Query Suggestions count as searches here, although they are not billed.
    public var unsearched: [IndexUsage]
    /// Indices of which more than two of the last 28 days were not fetched, so that they may have more searches than
    /// others. One that the newest list lacks is not among them; none is without the Usage API.
    public var unfetched = 0
    /// The application's billed searches beside those of its indices; nil when the application's are not known for
    /// every one of the last 28 days.
    public var attribution: Attribution?
    /// The days of the newest day's calendar month so far, which ``IndexUsage/monthSearches`` counts; nil without a day.
    public var month: Range<Int64>?
    /// The same days of the month before, fewer where it is shorter.
    public var monthBefore: Range<Int64>? { month.map(Self.monthBefore) }

    /// The billed search requests of the last 28 days, by whether an index has them.
    ///
    /// Algolia attributes a query of several indices to none of them, so that indices together have less than the
    /// application.
    public struct Attribution: Sendable, Hashable {
        /// All of the application's.
        public var application: Double
        /// The searches of all its indices together.
        public var indices: Double
        /// Whether every day of every index was fetched. Otherwise ``unattributed`` is an upper bound.
        public var isComplete: Bool

        /// Searches that no index has: queries of several indices, and indices that are not collected.
        public var unattributed: Double { max(application - indices, 0) }
        /// ``unattributed`` as a share of the application's, in 0 ... 1; nil when it has none.
        public var unattributedShare: Double? { application > 0 ? unattributed / application : nil }
    }
}

/// One index over the newest weeks.
public struct IndexUsage: Sendable, Hashable {
    public var index: IndexName
    /// Billed search requests of the last 28 days; nil when nothing was reported. Of an index that has no such
    /// statistic, all search requests.
    public var searches: Double?
    /// The same of the 28 days before; nil also when more than two of them were not fetched: a part of a sum
    /// is nothing to compare with.
    public var searchesBefore: Double?
    /// The same a year (364 days, so the same weekdays) ago.
    public var searchesYearAgo: Double?
    /// The searches of the calendar month so far, and those of the same days of the month before (see
    /// ``IndexReport/month``). Nil when nothing was reported, or when one of those days was not fetched.
    public var monthSearches: Double?
    public var monthSearchesBefore: Double?
    /// Change from ``monthSearchesBefore`` to ``monthSearches``. An index that had none has grown by all of them. Nil
    /// when neither was reported, or when one of those days was not fetched.
    public var monthGrowth: Double?
    /// ``searches`` as a share of all indices', in 0 ... 1; an upper bound while others are among
    /// ``IndexReport/unfetched``. Nil when nothing was reported, or when it is among them itself.
    public var share: Double?
    /// Change in searches a day, of the last 28 days and the 28 before: means of the days that were fetched. Nil
    /// when nothing was reported, or less than half of either was fetched.
    public var searchesGrowth: Double?
    /// The newest number, and that of 28 days before. Nil when nothing was reported in the last 28 days, as of
    /// an index that is gone.
    public var records: Double?
    /// The newest that is 28 to 34 days older.
    public var recordsBefore: Double?
    /// Change in records in 28 days. An index that had none, as days that were fetched without a number tell,
    /// has grown by all of them; nil when that is not known.
    public var recordsGrowth: Double?
    /// The newest day with a search, billed or not; nil when there was none in the report's days.
    public var lastSearched: Int64?
    /// The share of the last 28 days that were fetched, in 0 ... 1.
    public var coverage: Double
    /// Billed search requests of 26 weeks, oldest first, for a sparkline; nil where nothing was reported, or not every
    /// day was fetched. Weeks are counted back from the report's newest day, so that the last four are ``searches``.
    public var weekly: [Double?]
}

extension IndexReport {
    init(_ input: CapacityInput) {
        var usage = input.indices.map { IndexUsage($0, input) }
        let gone = Set(input.inventory?.indices.filter { $0.gone != nil }.map(\.name) ?? [])
        let listed = usage.filter { !gone.contains($0.index) }
        let unfetched = input.hasUsage ? Set(listed.filter { !$0.isMostlyFetched }.map(\.index)) : []
        self.unfetched = unfetched.count
        let total = usage.reduce(0) { $0 + max($1.searches ?? 0, 0) }
        if total > 0 {
            for number in usage.indices {
                if unfetched.contains(usage[number].index) { continue }
                usage[number].share = usage[number].searches.map { max($0, 0) / total }
            }
        }
        attribution = Attribution(usage, input, isComplete: listed.allSatisfy { $0.coverage >= 1 })
        month = input.month
        let firstDay = input.newest(Self.span).lowerBound
        self.usage = Self.sorted(usage, by: \.searches)
        growing = Self.growing(usage, by: \.searchesGrowth)
        growingRecords = Self.growing(usage, by: \.recordsGrowth)
        let unsearched = usage.filter { index in
            let wasSearched = index.lastSearched.map { $0 >= firstDay } ?? false
            return index.coverage >= 1 && index.records ?? 0 > 0 && !wasSearched
        }
        self.unsearched = Self.sorted(unsearched, by: \.records)
    }

    fileprivate static func monthBefore(_ month: Range<Int64>) -> Range<Int64> {
        let before = CalendarMonth.containing(month.lowerBound - 1)
        return before.lowerBound..<min(before.lowerBound + Int64(month.count), before.upperBound)
    }

    private static func growing(_ usage: [IndexUsage], by growth: (IndexUsage) -> Double?) -> [IndexUsage] {
        Array(sorted(usage.filter { growth($0) ?? 0 > 0 }, by: growth).prefix(most))
    }

    /// The largest first, those without a value last, then by name.
    public static func sorted(_ usage: [IndexUsage], by value: (IndexUsage) -> Double?) -> [IndexUsage] {
        usage.map { (value: value($0) ?? -.infinity, usage: $0) }
            .sorted { ($1.value, $0.usage.index) < ($0.value, $1.usage.index) }
            .map(\.usage)
    }
}

extension IndexReport.Attribution {
    fileprivate init?(_ usage: [IndexUsage], _ input: CapacityInput, isComplete: Bool) {
        let days =
            input.days(ContractLimit.searchRequestsPerMonth.statistic)?
            .values(in: input.newest(IndexReport.span)) ?? []
        guard days.count == IndexReport.span else { return nil }
        application = days.reduce(0) { $0 + $1.value }
        indices = usage.reduce(0) { $0 + max($1.searches ?? 0, 0) }
        self.isComplete = isComplete
    }
}

extension CapacityInput {
    /// The days of the newest day's calendar month so far; nil without a day.
    fileprivate var month: Range<Int64>? {
        guard !days.isEmpty else { return nil }
        return CalendarMonth.containing(days.upperBound - 1).lowerBound..<days.upperBound
    }
}

extension IndexUsage {
    /// Whether its sum of the last 28 days is one to compare with others.
    fileprivate var isMostlyFetched: Bool {
        (coverage * Double(Self.span)).rounded() >= Double(Self.fewestForSum)
    }

    private static let span = IndexReport.span
    /// 52 weeks, so that weekdays meet.
    private static let year = 364
    /// Fewer fetched days of a span make no sum to compare with, or no mean.
    private static let fewestForSum = 26
    private static let fewestForMean = 14
    private static let weeks = 26

    /// Without ``share``, which takes the other indices.
    fileprivate init(_ index: IndexName, _ input: CapacityInput) {
        self.index = index
        coverage = Double(input.fetched(input.newest(Self.span), index: index)) / Double(Self.span)
        weekly = []
        countSearches(input)
        countRecords(input)
    }

    private mutating func countSearches(_ input: CapacityInput) {
        let all = input.days("total_search_requests", index: index)
        let billed = input.days("billed_search_requests", index: index) ?? all
        func sum(_ days: Range<Int64>) -> Double? {
            let reported = billed?.values(in: days) ?? []
            return reported.isEmpty ? nil : reported.reduce(0) { $0 + $1.value }
        }
        let now = input.newest(Self.span)
        let before = input.newest(Self.span, back: Self.span)
        let yearAgo = input.newest(Self.span, back: Self.year)
        let fetched = input.fetched(now, index: index)
        let fetchedBefore = input.fetched(before, index: index)
        let sumBefore = sum(before)

        searches = sum(now)
        searchesBefore = fetchedBefore >= Self.fewestForSum ? sumBefore : nil
        searchesYearAgo = input.fetched(yearAgo, index: index) >= Self.fewestForSum ? sum(yearAgo) : nil
        if min(fetched, fetchedBefore) >= Self.fewestForMean, searches != nil || sumBefore != nil {
            searchesGrowth = (searches ?? 0) / Double(fetched) - (sumBefore ?? 0) / Double(fetchedBefore)
        }
        if let month = input.month {
            let before = IndexReport.monthBefore(month)
            let isKnown = input.fetched(month, index: index) == month.count
            let isKnownBefore = input.fetched(before, index: index) == before.count
            if isKnown { monthSearches = sum(month) }
            if isKnownBefore { monthSearchesBefore = sum(before) }
            if isKnown, isKnownBefore, monthSearches != nil || monthSearchesBefore != nil {
                monthGrowth = (monthSearches ?? 0) - (monthSearchesBefore ?? 0)
            }
        }
        let searched = [all, billed].compactMap { $0?.values(in: input.days).last { $0.value > 0 }?.day }
        lastSearched = searched.max()
        weekly = (0..<Self.weeks).reversed().map { back in
            let week = input.newest(7, back: 7 * back)
            return input.fetched(week, index: index) == week.count ? sum(week) : nil
        }
    }

    private mutating func countRecords(_ input: CapacityInput) {
        guard let numbers = input.days("records", index: index),
            let newest = numbers.values(in: input.newest(Self.span)).last
        else { return }
        records = newest.value
        // Where the very day was not reported, one of the week before it will do.
        let end = newest.day - Int64(Self.span) + 1
        let before = end - 7..<end
        if let number = numbers.values(in: before).last {
            recordsBefore = number.value
            recordsGrowth = newest.value - number.value
        } else if input.fetched(before, index: index) == before.count {
            recordsGrowth = newest.value
        }
    }
}
