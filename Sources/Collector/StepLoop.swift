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
