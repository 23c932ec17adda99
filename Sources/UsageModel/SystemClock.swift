#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The machine's clock.
public struct SystemClock: WallClock {
    public init() {}

    public var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    public func sleep(until deadline: Double) async throws {
        // In steps of at most a minute: the wall clock may be set while we wait.
        while case let rest = deadline - seconds, rest > 0 {
            try await Task.sleep(for: .seconds(min(rest, 60)))
        }
        try Task.checkCancellation()
    }
}
