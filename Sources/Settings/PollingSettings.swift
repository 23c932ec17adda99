/// How often Algolia is asked, and how much of its quota that may take.
public struct PollingSettings: Sendable, Hashable {
    /// The most requests a minute that can be configured; more than any plan has.
    static let mostRequestsPerMinute = 1_000_000

    /// Seconds between two looks at an application's newest hours.
    public var interval: Int64 = 300
    /// Seconds between two looks at an index's newest hours.
    public var indexInterval: Int64 = 3600
    /// Seconds after its end until a bucket is taken to be final.
    public var settleDelay: Int64 = 7200
    /// Requests a minute and application, over all APIs.
    public var requestsPerMinute = 60
    /// Seconds that one request may take.
    public var timeout: Double = 30

    public init() {}
}
