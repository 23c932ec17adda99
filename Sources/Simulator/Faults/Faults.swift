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
    /// Applications whose usage, monitoring and search keys are refused.
    public var refusedKeys: Set<ApplicationID> = []
    /// Usage keys by application that are accepted in place of the configured ones, which are refused: a rotation.
    public var rotatedUsageKeys: [ApplicationID: String] = [:]
    /// Applications whose plan has no infrastructure and inventory: 401 and 403.
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
    /// A usage answer without any data is 404 and not `{}`: *no data was found in the range*.
    public var emptyRangeIsNotFound = false
    /// The status, such as 400, 404 or 422, that a range gets which begins before the retention; nil clips it.
    public var refusedOldRangeStatus: Int?
    /// Values that are no numbers, in otherwise right usage answers.
    public var poisonedValues: [PoisonedValue] = []
    /// Times of points that every usage and infrastructure series has besides those asked for.
    public var strayPoints: [UnixTime] = []
    /// The status, such as 403 or 422, with which all of Usage API v2 is refused; nil serves it, if the vendor has it.
    public var refusedUsageV2Status: Int?
    /// Metrics that the registry of Usage API v2 does not list, and that are refused by name with 422.
    public var hiddenBillingMetrics: Set<StatisticName> = []
    /// The longest range of Usage API v2 in buckets, where it is shorter than that of version 1.
    public var longestBillingRange: Int64?
    /// `avg_used_search_capacity` is the number of all servers together and not a map.
    public var averageCapacityIsNumber = false

    /// No fault but those injected.
    public init(injected: [Fault] = []) {
        self.injected = injected
    }
}

/// Decides which request meets which fault, and remembers how often each happened.
struct FaultInjector: Sendable {
    var faults: Faults {
        didSet { if faults.injected != oldValue.injected { happened = [:] } }
    }
    /// How often each of the injected faults happened, by its position.
    private var happened: [Int: Int] = [:]
    private let noise: Noise

    init(faults: Faults, seed: UInt64) {
        self.faults = faults
        noise = Noise(seed: seed).stream("faults")
    }

    /// The effect that the request meets, if any.
    mutating func effect(on record: RequestRecord) -> Fault.Effect? {
        for (position, fault) in faults.injected.enumerated() {
            let count = happened[position, default: 0]
            guard fault.target.matches(record), count < fault.times ?? .max,
                noise.unit(Int64(record.number) * 64 + Int64(position)) < fault.probability
            else { continue }
            happened[position] = count + 1
            return fault.effect
        }
        return nil
    }
}
