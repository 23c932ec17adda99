import AlgoliaClient
import Collector
import TestSupport
import Testing
import UsageModel

@Suite("The time by which a vendor is collected")
struct CollectionClockTests {
    private let base = VirtualClock(World.start)

    /// A vendor whose clock is ahead of the monotonic reading by `shift`, and answers within `latency` seconds.
    private func reading(_ shift: Double = 0, latency: Double = 0, dated share: Double = 1) -> VendorDates.Reading {
        let asked = base.monotonic
        base.advance(by: latency)
        return VendorDates.Reading(
            date: UnixTime((asked + latency * share + shift).rounded(.down)), asked: asked, arrived: base.monotonic)
    }

    @Test("Without an answer it is the machine's, and nobody knows how far that is off")
    func undated() {
        let clock = CollectionClock(base)
        #expect(clock.seconds == base.seconds && clock.monotonic == base.monotonic)
        #expect(clock.offset == nil && clock.synchronize() == 0 && !clock.isAstray)
        let undated = VendorDates.Reading(date: nil, asked: base.monotonic, arrived: base.monotonic)
        #expect(clock.synchronize(undated) == 0 && clock.offset == nil)
    }

    @Test("A clock that is set is noticed and followed, and until then nothing moves", arguments: [-1e6, -6.0, 6, 1e6])
    func set(seconds: Double) {
        let clock = CollectionClock(base)
        let before = clock.seconds
        base.set(forward: seconds)
        #expect(clock.isAstray && clock.seconds == before, "a deadline never moves unnoticed")
        base.advance(by: 3)
        #expect(clock.seconds == before + 3)
        #expect(clock.synchronize() == seconds)
        #expect(!clock.isAstray && clock.seconds == base.seconds)
        #expect(clock.synchronize() == 0, "told once")
    }

    @Test("A slew is followed and is no step", arguments: [-4.9, 4.9])
    func slew(seconds: Double) {
        let clock = CollectionClock(base)
        for _ in 0..<100 {
            base.set(forward: seconds)
            #expect(!clock.isAstray && clock.synchronize() == 0)
            #expect(abs(clock.seconds - base.seconds) < 0.001)
        }
    }

    @Test("The offset is 0 where both may be right: whole seconds, and an answer that was under way")
    func offset() throws {
        let clock = CollectionClock(base)
        _ = clock.synchronize(reading(latency: 30, dated: 0))
        #expect(clock.offset == 0)
        base.set(forward: -20)
        #expect(clock.offset == 0, "the vendor may have written the date 30 s after it was asked")
        base.set(forward: 120)
        let ahead = try #require(clock.offset)
        #expect((99...101).contains(ahead))
        base.set(forward: -320)
        let behind = try #require(clock.offset)
        #expect((-192 ... -189).contains(behind))
    }

    @Test(
        "A clock that is ahead is not followed beyond 60 s, one that is behind always",
        arguments: [
            (50.0, true), (59, true), (62, false), (1e7, false), (-61, true), (-86_400, true),
        ])
    func tolerance(seconds: Double, isBelieved: Bool) {
        base.set(forward: seconds)
        let clock = CollectionClock(base)
        _ = clock.synchronize(reading())
        #expect((clock.seconds == base.seconds) == isBelieved)
        #expect(abs(clock.seconds - base.monotonic) <= max(60, -seconds))
    }

    @Test("A clock that was never set is taken from the vendor; a vendor's that was never set is not believed")
    func neverSet() {
        base.set(forward: -Double(World.start) + 100)
        let clock = CollectionClock(base)
        #expect(clock.seconds == 100)
        // A proxy that has lost its own time.
        _ = clock.synchronize(reading(-Double(World.start)))
        #expect(clock.seconds == base.seconds && clock.offset == nil)
        #expect(clock.synchronize(reading()) > 1e9)
        #expect(abs(clock.seconds - base.monotonic) <= 1)
        #expect(clock.synchronize(reading()) == 0)
    }

    // Fault (Clocks): A clock that is set during a wait
    // Done: steps back and forth
    // Seen: the wait takes as long as it should
    // Lost: nothing
    @Test("Waits are for a time, however it has been set, and end with the task")
    func sleep() async throws {
        let clock = CollectionClock(base)
        let deadline = clock.seconds + 500
        base.set(forward: 1e6)
        try await clock.sleep(until: deadline)
        #expect(clock.seconds == deadline)
        try await clock.sleep(until: deadline - 100)
        #expect(clock.seconds == deadline, "what has passed is not waited for")
        try await clock.sleep(for: 7)
        #expect(clock.seconds == deadline + 7)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: 1)
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    // Fault (Clocks): Random steps of the clock and of Algolia's
    // Done: generated histories of both
    // Seen: each step is logged; no point is dated later than Algolia's time
    // Lost: nothing
    @Test(
        "Whatever happens to both clocks, steps are told exactly, and nothing is dated later than the vendor has it",
        arguments: 0..<40 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let clock = CollectionClock(base)
        for _ in 0..<200 {
            let (kept, wasAstray) = (clock.seconds - base.monotonic, clock.isAstray)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: base.advance(by: Double.random(in: 0...10_000, using: &generator))
            case 1: base.set(forward: Double.random(in: -3...3, using: &generator))
            case 2: base.set(forward: Double.random(in: -1e6...1e6, using: &generator))
            case 3: base.set(forward: base.monotonic - base.seconds + Double.random(in: -90...90, using: &generator))
            case 4:
                let step = clock.synchronize()
                let change = clock.seconds - base.monotonic - kept
                #expect(wasAstray == (step != 0), "seed \(seed)")
                #expect(step == 0 ? abs(change) <= 5.001 : abs(change - step) < 0.001, "seed \(seed)")
            default:
                let latency = Double.random(in: 0...20, using: &generator)
                let reading = reading(latency: latency, dated: Double.random(in: 0...1, using: &generator))
                let step = clock.synchronize(reading)
                let change = clock.seconds - base.monotonic - kept
                #expect(step == 0 ? abs(change) <= 5.001 : abs(change - step) < 0.001, "seed \(seed)")
                #expect(clock.seconds <= base.monotonic + 61 + latency, "seed \(seed): later than the vendor's time")
                #expect(clock.seconds >= min(base.seconds, base.monotonic - 61 - latency) - 0.001, "seed \(seed)")
            }
            #expect(!clock.seconds.isNaN)
        }
    }
}
