import Transport
import TestSupport
import Testing

@testable import RemoteStorage

@Suite("Remote write: the log of one destination")
struct RemoteWriteLogTests {
    private let captured = CapturedLog()
    private var messages: [String] { captured.lines.map { String($0.prefix { $0 != "[" }.dropLast()) } }

    private func log() -> RemoteWriteLog { RemoteWriteLog(captured.logger, remote: "mimir") }

    @Test("A failure is one line at once, and one each five minutes as long as it lasts")
    func failing() {
        var log = log()
        log.failed("503", now: 1000)
        for second in stride(from: 1001.0, to: 1300, by: 1) { log.failed("503", now: second) }
        #expect(messages == ["warning remote write is failing: 503; retrying, nothing is dropped"])
        log.failed("timeout", now: 1300)
        log.failed("timeout", now: 1599.9)
        #expect(messages.count == 2)
        #expect(messages.last == "warning remote write is failing for 300 s: timeout; retrying, nothing is dropped")
        log.worked(now: 1605.5)
        #expect(messages.last == "info remote write recovered after 605 s")
    }

    @Test("Success after success says nothing")
    func working() {
        var log = log()
        for second in 0..<1000 { log.worked(now: Double(second)) }
        #expect(messages.isEmpty)
    }

    @Test("A failure after a recovery is told at once, with its own time")
    func again() {
        var log = log()
        log.failed("503", now: 0)
        log.worked(now: 10)
        log.failed("504", now: 11)
        log.worked(now: 12)
        #expect(
            messages == [
                "warning remote write is failing: 503; retrying, nothing is dropped",
                "info remote write recovered after 10 s",
                "warning remote write is failing: 504; retrying, nothing is dropped",
                "info remote write recovered after 1 s",
            ])
    }

    @Test("Dropped samples are told of at most once a minute, and none is left out of the sum")
    func dropped() {
        var log = log()
        log.dropped(3, "400: too old", now: 100)
        for second in 101..<160 { log.dropped(2, "400: too old", now: Double(second)) }
        #expect(messages == ["warning receiver rejected 3 samples: 400: too old; dropped them"])
        log.dropped(1, "409: again", now: 160)
        #expect(messages.last == "warning receiver rejected \(59 * 2 + 1) samples: 409: again; dropped them")
        log.dropped(5, "400", now: 220)
        #expect(messages.last == "warning receiver rejected 5 samples: 400; dropped them")
    }

    @Test("Every line has the destination's name")
    func name() {
        var log = log()
        log.failed("503", now: 0)
        log.worked(now: 1)
        log.dropped(1, "400", now: 2)
        log.info("hello")
        log.error("cannot read the history database")
        #expect(captured.lines.count == 5)
        #expect(captured.lines.allSatisfy { $0.hasSuffix("[\"remote\": mimir]") }, "\(captured.lines)")
    }
}
