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
///    The answer may have been under way for long, so "ahead" means ahead even if the vendor wrote the date when
///    the question was sent.
/// 3. A clock that is behind loses nothing, and is believed, unless it was never set.
/// 4. As long as the newest answer allows the time that is kept, there is no step: answers take longer and shorter, and
///    a clock that is ahead by just ``tolerance`` is not followed and left by turns.
public final class CollectionClock: WallClock {
    /// Seconds that the machine's clock may differ from the vendor's: its `Date` has whole seconds, and
    /// the answer was under way.
    public static let tolerance = 60.0
    private static let plausible = Double(VendorDates.plausible)
    /// Seconds below which a correction is no step: time services slew clocks all the time.
    private static let slew = 5.0

    private struct State {
        /// Seconds by which ``seconds`` is ahead of the monotonic reading.
        var shift: Double
        /// The same of the vendor's clock, as the newest answer had it: if the vendor wrote the date when the
        /// answer arrived, and if it did when the question was sent.
        var vendor: ClosedRange<Double>?
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

    /// Seconds by which the machine's clock is ahead of the vendor's, at least; 0 where both may be right, and nil
    /// before the first dated answer.
    public var offset: Double? {
        let wall = base.seconds - base.monotonic
        return state.withLock { state in
            state.vendor.map { vendor in
                wall > vendor.upperBound ? wall - vendor.upperBound : min(wall - vendor.lowerBound, 0)
            }
        }
    }

    /// Whether ``synchronize(_:)`` would find a step: the machine's clock was set.
    public var isAstray: Bool {
        let wall = base.seconds - base.monotonic
        return state.withLock { abs(Self.target(wall, $0, base.monotonic) - $0.shift) > Self.slew }
    }

    /// Compares with the machine's clock, and with what an answer said of the vendor's.
    /// - Returns: by how many seconds the time was set forward (or back, when negative); 0 for a slew.
    public func synchronize(_ reading: VendorDates.Reading? = nil) -> Double {
        let wall = base.seconds - base.monotonic
        return state.withLock { state in
            if let reading, let date = reading.date, Double(date) >= Self.plausible {
                let middle = Double(date) + 0.5
                state.vendor = middle - max(reading.arrived, reading.asked)...middle - reading.asked
            }
            let target = Self.target(wall, state, base.monotonic)
            let step = target - state.shift
            state.shift = target
            return abs(step) > Self.slew ? step : 0
        }
    }

    /// The sum of the monotonic reading and this is the time to go by.
    private static func target(_ wall: Double, _ state: State, _ monotonic: Double) -> Double {
        guard let vendor = state.vendor else { return wall }
        let isFollowed = abs(wall - state.shift) > slew
        let isAhead = wall - vendor.upperBound > (isFollowed ? tolerance / 2 : tolerance)
        guard isAhead || wall + monotonic < plausible else { return wall }
        return min(max(state.shift, vendor.lowerBound), vendor.upperBound)
    }
}

/// The loop of a collector: it makes requests as long as there are any to make, and sleeps in between.
///
/// It sleeps in short pieces: a rotated key, a new configuration or another time should be used at once.
struct StepLoop {
    /// Seconds.
    private static let longestNap = 5.0

    let clock: CollectionClock

    /// Makes steps until the task is cancelled or `isStopped`.
    /// - Parameter isRoused: whether something has changed that the next step takes over.
    func run(
        isolation: isolated (any Actor)? = #isolation, step: () async -> ApplicationCollector.Step,
        isStopped: () -> Bool, isRoused: () -> Bool
    ) async {
        while !Task.isCancelled, !isStopped() {
            guard case .idle(let wakeUp) = await step() else { continue }
            while clock.seconds < wakeUp, !isStopped(), !isRoused(), !clock.isAstray {
                do { try await clock.sleep(until: min(wakeUp, clock.seconds + Self.longestNap)) } catch { break }
            }
        }
    }
}

extension ApplicationCollector {
    /// The outcome of one step.
    public enum Step: Sendable, Hashable {
        /// A request was made; `succeeded` or not.
        case requested(succeeded: Bool)
        /// Nothing to do before this time, in seconds since 1970.
        case idle(until: Double)
    }
}
