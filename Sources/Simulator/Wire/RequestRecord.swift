public import UsageModel

/// One request as the simulator saw it, for tests to judge a client by. It
/// never holds a key.
public struct RequestRecord: Sendable, Hashable {
    /// 1 for the first request.
    public var number: Int
    /// Seconds since 1970, on the simulator's clock.
    public var time: Double
    /// From `X-Algolia-Application-Id`; `""` without one.
    public var application: ApplicationID
    /// Nil for a path that belongs to none.
    public var api: API?
    /// The HTTP method, upper case.
    public var method: String
    /// As it came, still percent-encoded.
    public var path: String
    /// The decoded index name; `""` at application level.
    public var index: IndexName
    /// The requested statistics: names, groups or `*`.
    public var statistics: [StatisticName]
    /// The default `daily` when absent, nil when wrong or not a usage request; so are `start` and `end`.
    public var granularity: Granularity?
    /// `startDate` as it was sent, on the grid or off it.
    public var start: UnixTime?
    /// `endDate`, exclusive.
    public var end: UnixTime?
    /// The answer's status; 0 when there was none.
    public var status: Int
    /// The injected fault it met.
    public var fault: Fault.Effect?
    /// Whether it was refused because it went over the quota.
    public var exceededLimit: Bool

    /// The window it asked for, when it asked for a valid one.
    public var range: TimeRange? {
        guard let start, let end else { return nil }
        return TimeRange(start, end)
    }
}
