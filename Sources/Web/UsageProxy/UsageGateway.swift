public import AlgoliaClient
public import Transport
public import UsageModel

/// The usage proxy's access to keys and to the vendor: who may ask, and optionally a way to fetch what is missing.
public struct UsageGateway: Sendable {
    /// Fetches and stores what is missing of some statistics of a scope in a range, and returns
    /// when it is stored. The range is the shortest that holds every missing bucket and may hold
    /// others; an implementation subtracts what is answered already, stays within the
    /// quota, and lets requests for the same share one fetch. It tells whether everything that is
    /// settled is there now.
    public typealias ReadThrough =
        @Sendable (Scope, Granularity, TimeRange, StatisticSelection) async throws(AlgoliaError) -> Bool

    /// The usage key of an application as it is configured now; nil for one that is not configured or has no key.
    public let usageKey: @Sendable (_ application: ApplicationID) async -> SecretText?
    /// How many seconds after its end a bucket is final.
    public let settleDelay: @Sendable () -> Int64
    /// Nil when the proxy answers from the history alone.
    public let readThrough: @Sendable () -> ReadThrough?

    /// A gateway; by default one that knows no application, so that every request is refused.
    public init(
        usageKey: @escaping @Sendable (_ application: ApplicationID) async -> SecretText? = { _ in nil },
        settleDelay: @escaping @Sendable () -> Int64 = { 2 * 3600 },
        readThrough: @escaping @Sendable () -> ReadThrough? = { nil }
    ) {
        self.usageKey = usageKey
        self.settleDelay = settleDelay
        self.readThrough = readThrough
    }
}
