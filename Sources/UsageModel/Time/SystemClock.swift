#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif
private import Synchronization

/// The machine's clock.
public struct SystemClock: WallClock {
    /// Seconds after which a wait looks at the clock again: it may have been set meanwhile.
    private static let longestNap = 60.0

    private static let steady = Mutex(SteadyTime())

    public init() {}

    public var seconds: Double { Self.read(CLOCK_REALTIME) }

    public var monotonic: Double {
        #if os(Linux)
            // Goes on while the machine is suspended, unlike CLOCK_MONOTONIC.
            let reading = Self.read(CLOCK_BOOTTIME)
        #else
            let reading = Self.read(CLOCK_MONOTONIC)
        #endif
        return Self.steady.withLock { $0.advance(to: reading) }
    }

    public func sleep(until deadline: Double) async throws {
        while case let rest = deadline - seconds, rest > 0 {
            try await Task.sleep(for: .seconds(min(rest, Self.longestNap)))
        }
        try Task.checkCancellation()
    }

    public func sleep(for duration: Double) async throws {
        let deadline = monotonic + duration
        while case let rest = deadline - monotonic, rest > 0 {
            try await Task.sleep(for: .seconds(min(rest, Self.longestNap)))
        }
        try Task.checkCancellation()
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A reading that never goes back, whatever its source does: virtual machines and tools that shift a
/// process's clocks move even those that nobody can set.
struct SteadyTime {
    private var newest: Double?
    private var total = 0.0

    mutating func advance(to reading: Double) -> Double {
        if let newest { total += max(0, reading - newest) }
        newest = reading
        return total
    }
}
