import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Remote write when something fails")
struct OutboxFaultTests {
    @Test("A batch whose acceptance cannot be noted is the current one still, and nothing after it is lost")
    func confirmation() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<10)
        let outbox = fixture.outbox()
        let batch = try #require(try await outbox.next(limit: 4, now: OutboxFixture.now))
        try await fixture.history.inWriter(
            """
            CREATE TEMP TRIGGER fault BEFORE INSERT ON main.remote_write_position
            BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
            """)
        for _ in 0..<2 {
            await #expect(throws: HistoryError.self) { try await outbox.confirm() }
            let again = try #require(try await outbox.next(limit: 4, now: OutboxFixture.now))
            #expect(OutboxFixture.sent(again) == OutboxFixture.sent(batch))
        }
        try await fixture.history.inWriter(
            "DROP TRIGGER temp.fault")
        try await outbox.confirm()
        #expect(try await fixture.hours(outbox) == Array(4..<10))
        #expect(try await fixture.hours(fixture.outbox()).isEmpty)
    }

    @Test("A late batch whose acceptance cannot be noted comes again, with what has changed since")
    func lateConfirmation() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<10)
        let outbox = fixture.outbox()
        _ = try await fixture.drain(outbox)
        try await fixture.store(3..<5) { $0 + 100 }
        #expect(try #require(try await outbox.next(limit: 9, now: OutboxFixture.now)).isLate)
        try await fixture.history.inWriter(
            """
            CREATE TEMP TRIGGER fault BEFORE DELETE ON main.remote_write_late
            BEGIN SELECT RAISE(ABORT, 'an injected fault'); END
            """)
        await #expect(throws: HistoryError.self) { try await outbox.confirm() }
        try await fixture.history.inWriter(
            "DROP TRIGGER temp.fault")
        try await fixture.store(4..<5) { $0 + 200 }
        #expect(
            try await fixture.drain(fixture.outbox()) == [
                .init(statistic: "records", hour: 3, value: 103), .init(statistic: "records", hour: 4, value: 204),
            ])
    }

    @Test("What could not be read is read again from where it was accepted")
    func reading() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<48, ["records", "file_size"])
        let outbox = fixture.outbox()
        try await fixture.history.inWriter(
            "UPDATE hourly SET h03 = 'three' WHERE series_id = 2 AND day = \(midnight / 86_400 + 1)")
        await #expect(throws: HistoryError.self) {
            while try await outbox.next(limit: 80, now: OutboxFixture.now) != nil { try await outbox.confirm() }
        }
        // Nothing is written any more; what waits can still be read when the row can.
        let reopened = try History(path: fixture.history.path)
        try await reopened.inWriter("UPDATE hourly SET h03 = 27 WHERE h03 = 'three'")
        let sent = try await fixture.drain(fixture.outbox(in: reopened))
        #expect(Set(sent).count == 96 && sent.count == 96)
        try reopened.close()
    }

    @Test("Confirming without a batch changes nothing")
    func withoutBatch() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<3)
        let outbox = fixture.outbox()
        try await outbox.confirm()
        #expect(try await fixture.hours(outbox) == [0, 1, 2])
        try await outbox.confirm()
        try await fixture.store(3..<5)
        #expect(try await fixture.hours(outbox) == [3, 4])
    }

    @Test("A batch that was under way when the future was forgotten keeps nothing back that comes in its time")
    func epoch() async throws {
        let fixture = try OutboxFixture()
        let now = midnight + 10 * 3600
        let ahead = now + 10 * 86_400
        let outbox = fixture.outbox()
        try await fixture.store(0..<10, fetchedAt: ahead)
        try await fixture.store(10..<200, fetchedAt: ahead) { _ in nil }
        let batch = try #require(try await outbox.next(limit: 1000, now: ahead))
        #expect(batch.pointCount == 10)
        _ = try await fixture.history.forgetFuture(
            application: "APP", [.hourly, .daily], now: now, settleDelay: 7200)
        try await outbox.confirm()
        try await fixture.store(7..<30, fetchedAt: midnight + 32 * 3600) { $0 == 9 ? 90 : $0 }
        let sent = try await fixture.drain(outbox, now: midnight + 32 * 3600)
        #expect(Set(sent.map(\.hour)).isSuperset(of: [9] + Array(10..<30)))
        #expect(sent.last { $0.hour == 9 }?.value == 90)
    }

    @Test(
        "A value of a gap that was passed over is sent when it settles after all, changed or not",
        arguments: [0, 7] as [Int64])
    func withheld(change: Int64) async throws {
        let fixture = try OutboxFixture()
        let outbox = fixture.outbox(since: midnight + 25 * 3600)
        // Hours 8 and 9 are not settled when they are fetched; the exporter is stopped, and they get too old.
        try await fixture.store(0..<10, fetchedAt: midnight + 10 * 3600)
        try await fixture.store(20..<30)
        #expect(try await fixture.hours(outbox) == Array(0..<8) + Array(20..<30))
        try await fixture.store(8..<20) { $0 + change }
        let sent = try await fixture.drain(outbox)
        #expect(sent.map(\.hour).sorted() == Array(8..<20))
        #expect(sent.allSatisfy { $0.value == $0.hour + change })
        #expect(try await fixture.drain(outbox).isEmpty)
    }
}
