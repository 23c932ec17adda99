public import UsageModel

/// Everything that may go wrong, off by default. The simulator's faults may be
/// exchanged while it runs.
public struct Faults: Sendable, Hashable {
    /// Faults of the transport and of whole answers; the first that applies to a request is taken.
    public var injected: [Fault] = []
    /// The status, such as 422, with which `*` is refused; nil serves it.
    public var refusedWildcardStatus: Int?
    /// Statistics that the plan does not have: refused by name with 422, and
    /// absent from `*` and groups.
    public var refusedStatistics: Set<StatisticName> = []
    /// Indices for which the Usage API answers 500.
    public var failingIndices: Set<IndexName> = []
    /// Applications whose usage, monitoring and search keys are refused with 403.
    public var refusedKeys: Set<ApplicationID> = []
    /// Usage keys by application that are accepted in place of the configured ones, which are refused: a rotation.
    public var rotatedUsageKeys: [ApplicationID: String] = [:]
    /// Applications without permission for infrastructure and inventory: 403.
    public var refusedMonitoring: Set<ApplicationID> = []
    /// Adds statistics to `*` that no catalogue knows: the scalar
    /// `future_metric_operations`, and at application level the map `future_by_zone`.
    public var unknownStatistics = false
    /// Whitespace, attribute order and number spelling (`42.0`, `420e-1`) vary.
    public var untidyJSON = false
    /// Points have attributes besides `t` and `v`.
    public var extraPointAttributes = false
    /// An answer without any data is `[]`, as the deprecated variant said, and not `{}`.
    public var emptyAsArray = false
    /// Infrastructure points have `t` in seconds instead of milliseconds.
    public var monitoringSeconds = false

    /// No fault but those injected.
    public init(injected: [Fault] = []) {
        self.injected = injected
    }
}
