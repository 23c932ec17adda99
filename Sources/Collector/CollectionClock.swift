public import AlgoliaClient
private import Synchronization
public import UsageModel

/// The time of day by which one vendor is collected: the machine's, as long as the vendor's own agrees.
///
/// Invariants:
/// 1. Between two calls of ``synchronize(_:)`` it runs evenly, even when the machine's clock is set. So a
///    deadline never moves unnoticed, and its owner learns by how much to move it.
/// 2. Where the machine's clock is ahead of the `Date` of the newest answer by more than ``tolerance``, the
///    vendor's counts: it is the vendor that stamps the buckets, and hours that it has not had cannot be answered.
/// 3. A clock that is behind loses nothing, and is believed, unless it was never set.
public final class CollectionClock: WallClock {
    /// Seconds that the machine's clock may differ from the vendor's: its `Date` has whole seconds, and
    /// the answer was under way.
    public static let tolerance = 60.0
    /// 2026-01-01: no clock that was ever set shows a time before this program was written, the vendor's neither.
    private static let plausible = 1_767_225_600.0
    /// Seconds below which a correction is no step: time services slew clocks all the time.
    private static let slew = 5.0

    private struct State {
        /// What ``seconds`` is ahead of the monotonic reading.
        var shift: Double
        /// The same of the vendor's clock, as the newest answer had it.
        var vendor: Double?
    }

    private let base: any WallClock
    private let state: Mutex<State>

    public init(_ base: any WallClock) {
        self.base = base
        state = Mutex(State(shift: base.seconds - base.monotonic))
    }

    public var seconds: Double { state.withLock { $0.shift } + base.monotonic }
    public var monotonic: Double { base.monotonic }

    public func sleep(until deadline: Double) async throws {
        try await base.sleep(for: max(deadline - seconds, 0))
    }

    public func sleep(for duration: Double) async throws { try await base.sleep(for: duration) }

    /// Seconds by which the machine's clock is ahead of the vendor's; nil before the first dated answer.
    public var offset: Double? {
        let wall = base.seconds - base.monotonic
        return state.withLock { state in state.vendor.map { wall - $0 } }
    }

    /// Whether ``synchronize(_:)`` would find a step: the machine's clock was set.
    public var isAstray: Bool {
        let wall = base.seconds - base.monotonic
        return state.withLock { abs(Self.target(wall, $0.vendor, base.monotonic) - $0.shift) > Self.slew }
    }

    /// Compares with the machine's clock, and with what an answer said of the vendor's.
    /// - Returns: by how many seconds the time was set forward (or back, when negative); 0 for a slew.
    public func synchronize(_ reading: VendorDates.Reading? = nil) -> Double {
        let wall = base.seconds - base.monotonic
        return state.withLock { state in
            if let reading, let date = reading.date, Double(date) >= Self.plausible {
                state.vendor = Double(date) + 0.5 - reading.arrived
            }
            let target = Self.target(wall, state.vendor, base.monotonic)
            let step = target - state.shift
            state.shift = target
            return abs(step) > Self.slew ? step : 0
        }
    }

    /// What to add to the monotonic reading, of what the two clocks add.
    private static func target(_ wall: Double, _ vendor: Double?, _ monotonic: Double) -> Double {
        guard let vendor else { return wall }
        if wall - vendor > tolerance { return vendor }
        return wall + monotonic < plausible ? vendor : wall
    }
}
