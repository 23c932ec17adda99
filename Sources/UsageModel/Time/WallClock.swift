/// The one clock of the exporter. Everything that asks for the time or waits
/// is handed one, so that tests can run months in milliseconds.
///
/// It has two readings. ``seconds`` is the time of day: it is stored, shown and compared with the
/// vendor's times, and it jumps when somebody sets it. ``monotonic`` only measures how long something
/// took or how long to wait: it never jumps, and its zero means nothing.
public protocol WallClock: Sendable {
    /// Seconds since 1970, with fraction.
    var seconds: Double { get }
    /// Seconds since some fixed instant; never goes back, even when the time of day is set.
    var monotonic: Double { get }
    /// Waits until `seconds` has reached `deadline`.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Double) async throws
    /// Waits for `duration` seconds of ``monotonic``.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for duration: Double) async throws
}

extension WallClock {
    /// The current whole second.
    public var now: UnixTime { UnixTime(seconds.rounded(.down)) }

    /// For clocks that are never set.
    public var monotonic: Double { seconds }

    /// Waits for `duration` seconds.
    public func sleep(for duration: Double) async throws {
        try await sleep(until: seconds + duration)
    }
}
