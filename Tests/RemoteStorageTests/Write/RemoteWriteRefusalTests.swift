import Transport
import History
import RemoteStorage
import Synchronization
import TestSupport
import Testing
import UsageModel

@Suite("Remote write: what a receiver refuses", .timeLimit(.minutes(30)))
struct RemoteWriteRefusalTests {
    private static func isBad(_ sample: TestReceiver.Sample) -> Bool { sample.value == -1 }

    /// A receiver of 1.0 that refuses a whole request for one bad sample.
    private func strict(_ status: Int) -> TestReceiver.Script {
        { request, _ in
            request.message == .version1 && request.samples.contains(where: Self.isBad)
                ? .status(status, body: "out of bounds\nand more") : nil
        }
    }

    // Fault (Remote write): A receiver that rejects single samples
    // Done: 400 for some of a batch
    // Seen: they are dropped and counted; all others arrive
    // Lost: the rejected samples, at that receiver
    @Test("Only the samples that are refused alone are dropped", arguments: [400, 409, 422])
    func isolation(status: Int) async throws {
        let world = try RemoteWriteWorld(.version1, script: strict(status))
        let bad: Set<UnixTime> = [
            RemoteWriteWorld.start + 5 * 3600, RemoteWriteWorld.start + 90 * 3600, RemoteWriteWorld.start + 91 * 3600,
        ]
        try await world.fill(days: 0..<20, statistics: ["records", "file_size"])
        try await world.fill(days: 0..<20, statistics: ["avg_processing_time", "total_search_requests"])
        try await world.fill(days: 0..<20, statistics: ["data_size"]) { bad.contains($0) ? -1 : 1 }
        var sender = world.sender()
        try await world.drain(&sender)
        let expected = try await world.expected()
        let isSame = Set(world.receiver.stored) == Set(expected.filter { !Self.isBad($0) })
        #expect(isSame)
        #expect(world.receiver.stored.count == expected.count - 3)
        world.expectOrder()
        #expect(world.dropped("\(status)") == "3")
        #expect(world.accepted == "\(expected.count - 3)")
        let lines = world.log.lines.filter { $0.contains("receiver rejected") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\(status): out of bounds") == true)
    }

    @Test("Looking for what is refused has an end: a receiver that refuses everything costs few requests")
    func budget() async throws {
        let world = try RemoteWriteWorld(.version1) { request, _ in
            request.message == .version1 && !request.samples.isEmpty ? .status(400, body: "never") : nil
        }
        try await world.fill(days: 0..<100)
        var sender = world.sender()
        try await world.drain(&sender)
        let expected = try await world.expected().count
        let batches = (expected + 1999) / 2000
        #expect(world.dropped("400") == "\(expected)")
        #expect(world.receiver.requests.count <= batches * 130 + 2)
        #expect(world.receiver.stored.isEmpty)
        // It went on: nothing waits.
        #expect(world.metric(RemoteWriteMetric.lag.name).values.allSatisfy { $0 == "0" })
    }

    // Fault (Remote write): A wrong address that answers 400 to anything
    // Done: any body
    // Seen: a warning; it is retried
    // Lost: nothing
    @Test("A wrong address that answers 400 to anything costs no sample")
    func wrongAddress() async throws {
        let mended = Mutex(false)
        let world = try RemoteWriteWorld(.version1) { request, number in
            // A path that is unknown, or plain HTTP where TLS is expected; mended after a while.
            if number > 20 { mended.withLock { $0 = true } }
            return mended.withLock { $0 } ? nil : .status(400, body: "unsupported path requested")
        }
        try await world.fill(days: 0..<10)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        #expect(world.dropped("400") == "0")
    }

    @Test("Many single bad samples cost only themselves")
    func scattered() async throws {
        let world = try RemoteWriteWorld(.version1, script: strict(400))
        try await world.fill(days: 0..<20, statistics: ["records"]) { $0 / 3600 % 9 == 0 ? -1 : 1 }
        var sender = world.sender()
        try await world.drain(&sender)
        let expected = try await world.expected()
        #expect(expected.count(where: Self.isBad) > 50)
        #expect(world.receiver.stored.count == expected.count { !Self.isBad($0) })
    }

    // Fault (Remote write): A receiver with a smaller limit
    // Done: 413
    // Seen: batches are halved
    // Lost: nothing
    @Test("A request that is too large is halved, and the next ones fit from the start")
    func tooLarge() async throws {
        let world = try RemoteWriteWorld { request, _ in request.samples.count > 300 ? .status(413) : nil }
        try await world.fill(days: 0..<60)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        let large = world.receiver.requests.filter { $0.samples.count > 300 }.count
        #expect(large <= 16)
        #expect(world.dropped("413") == nil)
    }

    @Test("A receiver without a window for late samples drops revisions, and goes on")
    func outOfOrder() async throws {
        let newest = NewestSamples()
        let world = try RemoteWriteWorld(.version1) { request, _ in
            guard request.message == .version1 else { return .status(415) }
            return newest.takes(request.samples) ? nil : .status(400, body: "out of order sample")
        }
        try await world.fill(days: 0..<10)
        var sender = world.sender()
        try await world.drain(&sender)
        let before = world.receiver.stored.count
        try await world.fill(days: 9..<10, statistics: ["records"]) { $0 / 3600 % 24 == 7 ? 1 : $0 / 3600 % 1000 }
        try await world.drain(&sender)
        #expect(world.dropped("400") == "1")
        try await world.fill(days: 10..<11)
        try await world.drain(&sender)
        #expect(world.receiver.stored.count == before + 4 * 24)
        world.expectOrder()
    }

    @Test("What is older than sample_age_limit is not sent, and counted")
    func tooOld() async throws {
        var world = try RemoteWriteWorld()
        world.destination.sampleAgeLimit = 115 * 86_400
        try await world.fill(days: 0..<10)
        var sender = world.sender()
        let limit = (world.clock.now + 5 - 115 * 86_400) * 1000
        try await world.drain(&sender)
        let expected = try await world.expected()
        let isSame = Set(world.receiver.stored) == Set(expected.filter { $0.milliseconds >= limit })
        #expect(isSame)
        #expect(world.dropped("too_old") == "\(expected.count { $0.milliseconds < limit })")
    }

    @Test("A clock that is ahead makes nothing too old")
    func clockAhead() async throws {
        var world = try RemoteWriteWorld()
        world.destination.sampleAgeLimit = 121 * 86_400
        try await world.fill(days: 0..<10)
        world.clock.set(forward: 1000 * 86_400)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        #expect(world.dropped("too_old") == "0")
    }

    @Test("The metrics exist from the start")
    func metrics() throws {
        let world = try RemoteWriteWorld()
        _ = world.sender()
        #expect(world.accepted == "0")
        #expect(world.dropped("400") == "0")
        #expect(world.dropped("too_old") == "0")
        #expect(world.requests("200") == "0")
        #expect(world.metric(RemoteWriteMetric.lag.name) == ["remote=\"mimir\"": "0"])
    }
}

/// What Prometheus remembers without a window for late samples: the newest of each series.
final class NewestSamples: Sendable {
    private let newest = Mutex<[[String]: TestReceiver.Sample]>([:])

    /// Takes all of a request, or nothing for one sample that is out of order.
    func takes(_ samples: [TestReceiver.Sample]) -> Bool {
        newest.withLock { newest in
            var next = newest
            for sample in samples {
                if let last = next[sample.labels] {
                    if sample.milliseconds < last.milliseconds { return false }
                    if sample.milliseconds == last.milliseconds, sample.value != last.value { return false }
                }
                next[sample.labels] = sample
            }
            newest = next
            return true
        }
    }
}
