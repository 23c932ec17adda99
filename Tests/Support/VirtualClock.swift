private import Synchronization
public import UsageModel

/// A clock that only moves when told to, or when somebody waits on it: waiting
/// moves it forward at once. Ninety days of polling so take the time of the
/// requests alone, and every run is the same.
public final class VirtualClock: WallClock {
    private struct State {
        var monotonic: Double
        /// Seconds that the time of day was set forward, in all.
        var shift = 0.0
    }

    private let state: Mutex<State>

    public init(_ start: UnixTime) {
        state = Mutex(State(monotonic: Double(start)))
    }

    public var seconds: Double { state.withLock { $0.monotonic + $0.shift } }

    public var monotonic: Double { state.withLock { $0.monotonic } }

    /// Moves the clock to `deadline`, never backwards.
    public func advance(to deadline: Double) {
        state.withLock { $0.monotonic = max($0.monotonic, deadline - $0.shift) }
    }

    public func advance(by duration: Double) {
        state.withLock { $0.monotonic += duration }
    }

    /// Sets the time of day forward, or back, without any time passing.
    public func set(forward seconds: Double) {
        state.withLock { $0.shift += seconds }
    }

    public func sleep(until deadline: Double) async throws {
        try Task.checkCancellation()
        advance(to: deadline)
        await Task.yield()
    }
}
