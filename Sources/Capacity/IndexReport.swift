public import UsageModel

/// Which indices drive the usage.
public struct IndexReport: Sendable {
    /// How many days ``IndexUsage/searches`` counts.
    public static let span = 28
    /// The longest that ``growing`` and ``growingRecords`` are.
    public static let most = 10

    /// Every index, the most searched first; those without a number last.
    public var usage: [IndexUsage]
    /// Those whose searches grew most (``IndexUsage/searchesGrowth``), the fastest first: they drive the bill.
    public var growing: [IndexUsage]
    /// Those whose records grew most (``IndexUsage/recordsGrowth``), the fastest first.
    public var growingRecords: [IndexUsage]
    /// Indices that hold records and were not searched in the last 28 days although all of them were fetched,
    /// the largest first. Searches of Query Suggestions are searches here, though nobody pays for them.
    public var unsearched: [IndexUsage]
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
    /// ``searches`` as a share of all indices', in 0 ... 1.
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
    /// Billed search requests of 26 weeks, oldest first, for a sparkline; nil where nothing was reported. Weeks are
    /// counted back from the report's newest day, so that the last four are ``searches``.
    public var weekly: [Double?]
}
