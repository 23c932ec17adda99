/// The one clock of the exporter. Everything that asks for the time or waits
/// is handed one, so that tests can run months in milliseconds.
public protocol WallClock: Sendable {
    /// Seconds since 1970, with fraction.
    var seconds: Double { get }
    /// Waits until `seconds` has reached `deadline`.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Double) async throws
}

extension WallClock {
    /// The current whole second.
    public var now: UnixTime { UnixTime(seconds.rounded(.down)) }

    /// Waits for `duration` seconds.
    public func sleep(for duration: Double) async throws {
        try await sleep(until: seconds + duration)
    }
}
