import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The loop of a collector")
struct StepLoopTests {
    /// A clock that keeps the length of each wait, and may do something after each.
    private final class NapClock: WallClock {
        let base = VirtualClock(World.start)
        private let kept = Mutex<[Double]>([])
        let afterNap: @Sendable (Int, VirtualClock) -> Void

        init(afterNap: @escaping @Sendable (Int, VirtualClock) -> Void = { _, _ in }) { self.afterNap = afterNap }

        var naps: [Double] { kept.withLock { $0 } }
        var seconds: Double { base.seconds }
        var monotonic: Double { base.monotonic }

        func sleep(until deadline: Double) async throws { try await sleep(for: deadline - seconds) }

        func sleep(for duration: Double) async throws {
            try await base.sleep(for: duration)
            let count = kept.withLock { kept in
                kept.append(duration)
                return kept.count
            }
            afterNap(count, base)
        }
    }

    /// Runs a loop whose steps are these, and which is stopped after them.
    private func run(
        _ clock: NapClock, _ steps: [ApplicationCollector.Step], isRoused: () -> Bool = { false }
    ) async -> Int {
        var taken = 0
        await StepLoop(clock: CollectionClock(clock)).run(
            step: {
                defer { taken += 1 }
                return steps[taken]
            }, isStopped: { taken >= steps.count }, isRoused: isRoused)
        return taken
    }

    private static let start = Double(World.start)

    @Test("Requests follow each other without a wait, however they end")
    func busy() async {
        let clock = NapClock()
        #expect(
            await run(clock, [.requested(succeeded: true), .requested(succeeded: false), .requested(succeeded: true)])
                == 3)
        #expect(clock.naps.isEmpty)
    }

    @Test("It waits until the time that a step names, five seconds at a time")
    func naps() async {
        let clock = NapClock()
        let steps: [ApplicationCollector.Step] = [.idle(until: Self.start + 12), .requested(succeeded: true)]
        #expect(await run(clock, steps) == 2)
        #expect(clock.naps == [5, 5, 2])
    }

    @Test("A time that has come is not waited for", arguments: [-1e9, -1, 0])
    func past(seconds: Double) async {
        let clock = NapClock()
        #expect(await run(clock, [.idle(until: Self.start + seconds), .requested(succeeded: true)]) == 2)
        #expect(clock.naps.isEmpty)
    }

    @Test("Whatever has changed is used within five seconds")
    func roused() async {
        let clock = NapClock()
        let steps: [ApplicationCollector.Step] = [.idle(until: Self.start + 3600), .requested(succeeded: true)]
        #expect(await run(clock, steps, isRoused: { clock.naps.count >= 2 }) == 2)
        #expect(clock.naps == [5, 5])
    }

    @Test("A clock that is set ends the wait: the time that was waited for may have gone by", arguments: [-1e5, 1e5])
    func clockSet(seconds: Double) async {
        let clock = NapClock { count, base in if count == 3 { base.set(forward: seconds) } }
        let steps: [ApplicationCollector.Step] = [.idle(until: Self.start + 3600), .requested(succeeded: true)]
        #expect(await run(clock, steps) == 2)
        #expect(clock.naps == [5, 5, 5])
    }

    @Test("Stopped in the middle of a wait, it takes no other step")
    func stopped() async {
        let clock = NapClock()
        var taken = 0
        await StepLoop(clock: CollectionClock(clock)).run(
            step: {
                taken += 1
                return .idle(until: Self.start + 3600)
            }, isStopped: { clock.naps.count >= 4 }, isRoused: { false })
        #expect(taken == 1 && clock.naps.count == 4)
    }

    @Test("A task that is cancelled ends with its step")
    func cancelled() async {
        let clock = NapClock()
        let task = Task {
            var taken = 0
            await StepLoop(clock: CollectionClock(clock)).run(
                step: {
                    taken += 1
                    if taken == 3 { withUnsafeCurrentTask { $0?.cancel() } }
                    return taken == 3 ? .idle(until: Self.start + 60) : .requested(succeeded: true)
                }, isStopped: { false }, isRoused: { false })
            return taken
        }
        #expect(await task.value == 3)
        #expect(clock.naps.isEmpty)
    }
}
