private import Synchronization

/// A clock that only moves when told to, or when somebody waits on it: waiting
/// moves it forward at once. Ninety days of polling so take the time of the
/// requests alone, and every run is the same.
public final class VirtualClock: WallClock {
    private let time: Mutex<Double>

    public init(_ start: UnixTime) {
        time = Mutex(Double(start))
    }

    public var seconds: Double { time.withLock { $0 } }

    /// Moves the clock to `deadline`, never backwards.
    public func advance(to deadline: Double) {
        time.withLock { $0 = max($0, deadline) }
    }

    public func advance(by duration: Double) {
        time.withLock { $0 += duration }
    }

    public func sleep(until deadline: Double) async throws {
        try Task.checkCancellation()
        advance(to: deadline)
        await Task.yield()
    }
}
