import Foundation
import History
import RemoteStorage
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Remote write: failures", .timeLimit(.minutes(30)))
struct RemoteWriteFailureTests {
    // Fault (Remote write): A receiver that is down
    // Done: 5xx, 429 and closed ports
    // Seen: `remote write is failing`, then that it works again
    // Lost: nothing
    @Test("A receiver in trouble is tried again until it works; the log says so twice")
    func trouble() async throws {
        let world = try RemoteWriteWorld(.version1) { _, number in
            switch number {
            case 1, 2: .status(500, body: "oops")
            case 3: .failure(.connection("reset"))
            case 4: .hang
            case 5: .status(503)
            default: nil
            }
        }
        try await world.fill(days: 0..<30)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        #expect(world.requests("500") == "2")
        #expect(world.requests("connection_error") == "1")
        #expect(world.requests("timeout") == "1")
        #expect(world.log.lines.count == 2, "\(world.log.lines)")
        #expect(world.log.lines.first?.contains("remote write is failing: the receiver answered 500: oops") == true)
        #expect(world.log.lines.last?.contains("recovered after") == true)
    }

    @Test("A failure that lasts is told again after five minutes, and nothing is dropped")
    func lasting() async throws {
        let world = try RemoteWriteWorld { _, number in number < 300 ? .status(503) : nil }
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        let begun = world.clock.seconds
        try await world.drain(&sender)
        let minutes = Int(world.clock.seconds - begun) / 60
        #expect(minutes >= 8)
        #expect(world.log.lines.count <= minutes / 5 + 3)
        #expect(world.log.lines.count >= minutes / 5 + 1)
        try await world.expectEverything()
    }

    @Test("Retry-After is honoured, in seconds and as a date", arguments: [429, 503])
    func retryAfter(status: Int) async throws {
        let world = try RemoteWriteWorld { _, number in
            switch number {
            case 0: .status(status, headers: ["Retry-After": "120"])
            case 1: .status(status, headers: ["Retry-After": "Thu, 12 Nov 2026 00:10:00 GMT"])
            default: nil
            }
        }
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        try await world.drain(&sender)
        #expect(world.clock.now >= RemoteWriteWorld.start + 120 * 86_400 + 600)
        try await world.expectEverything()
    }

    @Test(
        "What only a person can mend is waited for: nothing is dropped", arguments: [301, 401, 403, 404, 405, 407, 408])
    func unusable(status: Int) async throws {
        let world = try RemoteWriteWorld { _, number in number < 20 ? .status(status) : nil }
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        let begun = world.clock.seconds
        try await world.drain(&sender)
        #expect(world.clock.seconds - begun > 300)
        try await world.expectEverything()
        #expect(world.dropped("\(status)") == nil)
    }

    @Test("A rotated password is read from its file; no secret is ever logged")
    func rotation() async throws {
        let folder = TemporaryFolder()
        let file = folder.file("password")
        try "first secret\n".write(toFile: file, atomically: true, encoding: .utf8)
        let right = "Basic " + Data("user:second secret".utf8).base64EncodedString()
        let base = try RemoteWriteWorld { request, number in
            if number == 3 { try? "second secret\n".write(toFile: file, atomically: true, encoding: .utf8) }
            if request.headers["authorization"] == right { return nil }
            return .status(401, body: "no: \(request.headers["authorization"] ?? "") first secret h3ader")
        }
        var world = base
        world.destination.credentials = .basic(user: "user", password: .file(file))
        world.destination.headers = ["X-Key": .value("h3ader")]
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        #expect(world.requests("401") == "4")
        let log = world.log.lines.joined(separator: "\n")
        #expect(log.contains("the receiver answered 401: no: <redacted>"))
        for secret in ["first secret", "h3ader", Data("user:first secret".utf8).base64EncodedString()] {
            #expect(!log.contains(secret))
        }
        #expect(!"\(world.destination)".contains("h3ader"))
    }

    @Test("While the file of a password is missing, nothing is sent and nothing lost")
    func missingFile() async throws {
        var world = try RemoteWriteWorld()
        let file = world.folder.file("token")
        world.destination.credentials = .authorization(type: "Bearer", credentials: .file(file))
        try await world.fill(days: 0..<1)
        let sending = Task { [world] in
            var sender = world.sender()
            try await world.drain(&sender)
        }
        while world.log.lines.isEmpty { await Task.yield() }
        #expect(world.receiver.requests.isEmpty)
        try "token".write(toFile: file, atomically: true, encoding: .utf8)
        try await sending.value
        try await world.expectEverything()
    }

    // Fault (Remote write): `SIGKILL` between a batch and its acknowledgement
    // Done: a new start
    // Seen: the batch is sent once more
    // Lost: nothing
    @Test("A process that is killed sends its newest batch again after the next start, and misses nothing")
    func killed() async throws {
        var world = try RemoteWriteWorld(.version1)
        world.destination.message = .version1
        try await world.fill(days: 0..<100)
        var first = world.sender()
        for _ in 0..<3 { _ = try await first.step() }
        // The process goes away with a request that was stored, but whose answer was lost.
        let dying = Task { [world] in
            var sender = world.sender(LostAnswers(receiver: world.receiver))
            _ = try await sender.step()
        }
        await world.receiver.requests(atLeast: 4)
        dying.cancel()
        _ = try? await dying.value
        var second = world.sender()
        try await world.drain(&second)
        let expected = try await world.expected()
        let isSame = Set(world.receiver.stored) == Set(expected)
        #expect(isSame)
        #expect(world.receiver.stored.count > expected.count)
        #expect(world.receiver.stored.count <= expected.count + 2000)
    }
}

/// A network that loses every answer.
private struct LostAnswers: HTTPTransport {
    let receiver: TestReceiver

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        _ = try await DirectTransport(receiver: receiver).send(request)
        while !Task.isCancelled { await Task.yield() }
        throw .cancelled
    }
}
