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
