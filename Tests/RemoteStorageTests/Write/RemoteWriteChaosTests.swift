import Foundation
import History
import RemoteStorage
import Synchronization
import TestSupport
import Testing
import Transport
import UsageModel

/// Random trouble, restarts and revisions; the seed is in each failure.
@Suite("Remote write: any receiver, any order of events", .timeLimit(.minutes(30)))
struct RemoteWriteChaosTests {
    /// A receiver that misbehaves in every way that says nothing against samples, as long as it is told to.
    private static func troubled(
        _ seed: UInt64, while isTroubled: @escaping @Sendable (_ number: Int) -> Bool
    ) -> TestReceiver.Script {
        let random = Troubles(SeededGenerator(seed))
        return { request, number in
            guard isTroubled(number) else { return nil }
            switch random.next(16) {
            case 0: return .status(500, body: "oops")
            case 1: return .status(429, headers: ["Retry-After": "3"])
            case 2: return .failure(.timeout)
            case 3: return .failure(.connection("reset"))
            case 4: return .status([301, 401, 403, 404, 405, 407, 408][random.next(7)])
            case 5 where request.samples.count > 1: return .status(413)
            case 6: return .status(415)
            // Stored, but the answer says something else: the samples come twice.
            case 7, 8: return .partly(request.samples, 503, headers: [:])
            case 9: return .hang
            default: return nil
            }
        }
    }

    private final class Troubles: Sendable {
        private let generator: Mutex<SeededGenerator>

        init(_ generator: SeededGenerator) { self.generator = Mutex(generator) }

        func next(_ count: Int) -> Int { generator.withLock { Int.random(in: 0..<count, using: &$0) } }
    }

    /// What the receiver holds of each bucket in the end, if the newest sample replaces an older one.
    private func held(_ world: RemoteWriteWorld) -> [String: Double] {
        Dictionary(world.receiver.stored.map { ("\($0.labels) \($0.milliseconds)", $0.value) }) { $1 }
    }

    private func expectSame(_ world: RemoteWriteWorld, _ comment: Comment) async throws {
        let expected = Dictionary(
            uniqueKeysWithValues: try await world.expected().map { ("\($0.labels) \($0.milliseconds)", $0.value) })
        let isSame = held(world) == expected
        #expect(isSame, comment)
    }

    // Fault (Remote write): Any sequence of a receiver's failures
    // Done: random statuses, cuts and silence
    // Seen: everything arrives, the first time in order
    // Lost: nothing
    @Test(
        "Whatever trouble there is, everything arrives at least once, the first time in order, and nothing is dropped",
        arguments: 0..<12 as Range<UInt64>)
    func trouble(seed: UInt64) async throws {
        let kinds: [TestReceiver.Kind] = [.version1, .strictVersion1, .version2]
        let holder = try RemoteWriteWorld(
            kinds[Int(seed) % 3], script: Self.troubled(seed, while: { $0 < 40 || $0 % 3 == 0 && $0 < 150 }))
        var world = holder
        world.destination.maxSamplesPerSend = [1, 2, 7, 50, 333, 2000][Int(seed) % 6]
        try await world.fill(days: 0..<2, statistics: ["records", "avg_processing_time"])
        var sender = world.sender(seed: seed)
        try await world.drain(&sender)
        let expected = try await world.expected()
        let isSame = Set(world.receiver.stored) == Set(expected)
        #expect(isSame, "seed \(seed)")
        var newest: [[String]: Int64] = [:]
        var seen: Set<TestReceiver.Sample> = []
        var isOrdered = true
        for sample in world.receiver.stored where seen.insert(sample).inserted {
            isOrdered = isOrdered && sample.milliseconds > newest[sample.labels] ?? .min
            newest[sample.labels] = sample.milliseconds
        }
        #expect(isOrdered, "seed \(seed)")
        // A sample that came twice is accepted once.
        #expect(world.accepted == "\(expected.count)", "seed \(seed)")
        #expect(world.metric(RemoteWriteMetric.dropped.name).values.allSatisfy { $0 == "0" }, "seed \(seed)")
        let limit = world.destination.maxSamplesPerSend
        #expect(world.receiver.requests.allSatisfy { $0.samples.count <= limit }, "seed \(seed)")
        #expect(world.metric(RemoteWriteMetric.lag.name) == ["remote=\"mimir\"": "0"], "seed \(seed)")
    }

    @Test(
        "New hours, revisions and restarts in any order: the receiver ends with what is stored",
        arguments: 0..<12 as Range<UInt64>)
    func revisions(seed: UInt64) async throws {
        let random = Troubles(SeededGenerator(seed))
        let isTroubled = Mutex(false)
        let holder = try RemoteWriteWorld(
            .version2, script: Self.troubled(seed, while: { _ in isTroubled.withLock { $0 } && random.next(2) == 0 }))
        var world = holder
        world.destination.maxSamplesPerSend = [3, 40, 2000][Int(seed) % 3]
        let statistics: [StatisticName] = ["records", "avg_processing_time", "data_size"]
        var days: Int64 = 1
        try await world.fill(days: 0..<1, statistics: statistics)
        var sender = world.sender(seed: seed)
        for step in 0..<60 {
            switch random.next(8) {
            case 0:
                try await world.fill(days: days..<days + 1, statistics: statistics)
                days += 1
            case 1, 2:
                // A day is answered again; some of its hours have another value now.
                let day = Int64(random.next(Int(days)))
                let (hour, salt) = (UnixTime(random.next(24)), Int64(random.next(1000)))
                try await world.fill(days: day..<day + 1, statistics: [statistics[random.next(3)]]) {
                    $0 / 3600 % 24 >= hour ? $0 / 3600 % 1000 + salt : $0 / 3600 % 1000
                }
            case 3:
                sender = world.sender(seed: seed &+ UInt64(step))
            case 4:
                isTroubled.withLock { $0.toggle() }
            default:
                world.clock.advance(by: 5)
                for _ in 0..<random.next(4) { _ = try await sender.step() }
            }
            if random.next(10) == 0 {
                try await world.drain(&sender)
                try await expectSame(world, "seed \(seed), step \(step)")
            }
        }
        isTroubled.withLock { $0 = false }
        try await world.drain(&sender)
        try await expectSame(world, "seed \(seed), the end")
        #expect(world.metric(RemoteWriteMetric.dropped.name).values.allSatisfy { $0 == "0" }, "seed \(seed)")
    }

    @Test("A hundred destinations at once each get everything, and none hears of another's trouble")
    func many() async throws {
        let world = try RemoteWriteWorld()
        try await world.fill(days: 0..<3)
        let receivers = (0..<100).map { number in
            TestReceiver(number % 2 == 0 ? .version1 : .version2) { _, request in
                number % 10 == 3 && request < 5 ? .status(503) : nil
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, receiver) in receivers.enumerated() {
                group.addTask {
                    var own = world
                    own.destination.name = "destination \(number)'s \"name\" é%_"
                    var sender = own.sender(DirectTransport(receiver: receiver))
                    while try await sender.step() {}
                }
            }
            try await group.waitForAll()
        }
        let expected = Set(try await world.expected())
        #expect(receivers.allSatisfy { Set($0.stored) == expected && $0.stored.count == expected.count })
    }

    @Test("A new name is a new destination, which gets the whole history; the old one goes on where it was")
    func names() async throws {
        let world = try RemoteWriteWorld()
        try await world.fill(days: 0..<2)
        var sender = world.sender()
        try await world.drain(&sender)
        let first = world.receiver.stored.count
        var renamed = world
        renamed.destination.name = "mimir\u{301}"
        var other = renamed.sender()
        try await renamed.drain(&other)
        #expect(world.receiver.stored.count == 2 * first)
        var again = world.sender()
        try await world.drain(&again)
        #expect(world.receiver.stored.count == 2 * first)
    }

    @Test(
        "A database that takes no positions is told of and waited for; nothing is lost",
        .enabled(if: Tool.isInstalled("sqlite3"), "sqlite3 is not installed"))
    func unwritable() async throws {
        let world = try RemoteWriteWorld()
        try await world.fill(days: 0..<1)
        let path = world.folder.file("history.db")
        // Another program has made the table of positions refuse writes.
        let broken = try await Tool.run(
            "sqlite3",
            [
                path,
                "CREATE TRIGGER no BEFORE INSERT ON remote_write_position BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            ])
        try #require(broken.status == 0, "\(broken.output)")
        let sending = Task { [world] in
            var sender = world.sender()
            world.clock.advance(by: 5)
            await sender.run()
        }
        while world.log.lines.count < 3 { await Task.yield() }
        sending.cancel()
        await sending.value
        #expect(
            world.log.lines.allSatisfy { $0.contains("disk full") && $0.contains("retrying in 10 s") },
            "\(world.log.lines)")
        let mended = try await Tool.run("sqlite3", [path, "DROP TRIGGER no"])
        try #require(mended.status == 0, "\(mended.output)")
        var sender = world.sender()
        try await world.drain(&sender)
        let isSame = Set(world.receiver.stored) == Set(try await world.expected())
        #expect(isSame)
    }
}
