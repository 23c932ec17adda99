import Exposition
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Transport
import UsageModel

@testable import RemoteStorage

@Suite("Remote write: what an answer means")
struct RemoteWriteReceiverTests {
    /// A transport that gives one answer.
    private struct OneAnswer: HTTPTransport {
        var result: Result<TransportAnswer, TransportError>

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer { try result.get() }
    }

    private static let written = "X-Prometheus-Remote-Write-Samples-Written"
    private let registry = MetricsRegistry()

    private func receiver(
        _ message: RemoteWriteMessage? = nil, _ result: Result<TransportAnswer, TransportError> = .failure(.timeout),
        change: (inout RemoteWriteDestination) -> Void = { _ in }
    ) -> RemoteWriteReceiver {
        var destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/")
        destination.message = message
        change(&destination)
        return RemoteWriteReceiver(
            destination, transport: OneAnswer(result: result), userAgent: "test",
            metrics: RemoteWriteMetrics(remote: "mimir", factory: registry))
    }

    private func answer(
        _ status: Int, written: String? = nil, retryAfter: String? = nil, body: String = ""
    ) -> TransportAnswer {
        TransportAnswer(
            status: status, retryAfter: retryAfter,
            headers: HTTPHeaders(written.map { [(Self.written, $0)] } ?? []), body: ByteBuffer(string: body))
    }

    /// The verdict on an answer to five samples, in a few words.
    private func judge(_ receiver: inout RemoteWriteReceiver, _ answer: TransportAnswer) -> String {
        Self.words(receiver.judge(.success(RemoteWriteAnswer(answer)), of: 5, now: 1_784_073_600))
    }

    private static func words(_ verdict: RemoteWriteReceiver.Verdict) -> String {
        switch verdict {
        case .accepted(let written): "accepted \(written)"
        case .refused(let status, _, let written): "refused \(status), written \(written)"
        case .tooLarge: "too large"
        case .otherMessage: "other message"
        case .failing(_, let retryAfter): "failing" + (retryAfter.map { " \($0)" } ?? "")
        case .unusable(_, let retryAfter): "unusable" + (retryAfter.map { " \($0)" } ?? "")
        case .cancelled: "cancelled"
        }
    }

    @Test("Of all statuses only 400, 409, 422 and 413 may cost samples, and only 2xx accepts any")
    func statuses() {
        for status in 100..<1000 {
            var receiver = receiver(.version1)
            let expected =
                switch status {
                case 200..<300: "accepted 5"
                case 400, 409, 422: "refused \(status), written 0"
                case 413: "too large"
                case 429, 500...: "failing"
                default: "unusable"
                }
            #expect(judge(&receiver, answer(status)) == expected, "\(status)")
        }
    }

    @Test(
        "The number of written samples counts as far as it can be true",
        arguments: [("5", 5), ("0", 0), ("3", 3), ("6", 5), ("-1", 0), ("9223372036854775807", 5)])
    func written(header: String, expected: Int) {
        var receiver = receiver(.version2)
        #expect(judge(&receiver, answer(200, written: header)) == "accepted \(expected)")
        #expect(judge(&receiver, answer(400, written: header)) == "refused 400, written \(expected)")
    }

    @Test(
        "A number that is none is no sign of 2.0", arguments: [nil, "", "five", "5.0", "99999999999999999999", "0x5"])
    func notWritten(header: String?) {
        var open = receiver()
        #expect(judge(&open, answer(204, written: header)) == "other message")
        #expect(open.message == .version1)
        var fixed = receiver(.version2)
        #expect(judge(&fixed, answer(204, written: header)) == "unusable", "nothing counts as sent")
        #expect(fixed.message == .version2)
    }

    @Test("What it was found to understand stays, until it says otherwise")
    func negotiation() {
        var receiver = receiver()
        #expect(receiver.message == .version2)
        #expect(judge(&receiver, answer(503)) == "failing")
        #expect(receiver.message == .version2, "trouble says nothing about messages")
        #expect(judge(&receiver, answer(200, written: "5")) == "accepted 5")
        // Known to understand 2.0: a refusal now is about the samples.
        #expect(judge(&receiver, answer(400)) == "refused 400, written 0")
        #expect(receiver.message == .version2)
        // Replaced by an older version.
        #expect(judge(&receiver, answer(204)) == "other message")
        #expect(judge(&receiver, answer(204)) == "accepted 5")
        #expect(receiver.message == .version1)
        #expect(judge(&receiver, answer(400)) == "refused 400, written 0")
        #expect(receiver.message == .version1)
        // Replaced by one that wants 2.0 alone.
        #expect(judge(&receiver, answer(415)) == "other message")
        #expect(receiver.message == .version2)
        #expect(judge(&receiver, answer(200, written: "5")) == "accepted 5")
    }

    @Test("A receiver that refuses either message by its type is told of once a round, not in a circle at once")
    func neither() {
        var receiver = receiver()
        for _ in 0..<3 {
            #expect(judge(&receiver, answer(415)) == "other message")
            #expect(judge(&receiver, answer(415)) == "unusable")
        }
        var fixed = self.receiver(.version1)
        #expect(judge(&fixed, answer(415)) == "unusable")
        #expect(fixed.message == .version1)
    }

    @Test("A first refusal with a number of samples is one of 2.0")
    func refusedByVersion2() {
        var receiver = receiver()
        #expect(judge(&receiver, answer(400, written: "2")) == "refused 400, written 2")
        #expect(receiver.message == .version2)
    }

    @Test(
        "Retry-After is obeyed as far as it makes sense",
        arguments: [
            ("120", " 120.0"), ("0", " 0.0"), ("-5", " 0.0"), ("1000000", " 3600.0"), ("soon", ""), ("", ""),
            ("Wed, 15 Jul 2026 00:01:00 GMT", " 60.0"), ("Tue, 14 Jul 2026 00:00:00 GMT", " 0.0"),
        ])
    func retryAfter(header: String, expected: String) {
        var receiver = receiver(.version1)
        #expect(judge(&receiver, answer(503, retryAfter: header)) == "failing\(expected)")
        #expect(judge(&receiver, answer(403, retryAfter: header)) == "unusable\(expected)")
        // A status that needs no waiting has none, whatever the header says.
        #expect(judge(&receiver, answer(200, retryAfter: header)) == "accepted 5")
    }

    @Test(
        "Of a body, the first line that says something is kept, without what a terminal obeys",
        arguments: [
            ("", ""), ("out of order", "out of order"), ("one\ntwo", "one"), ("\r\n\r\none\r\ntwo", "one"),
            ("\u{1B}[31mred\u{7F}\u{0}", "[31mred"), ("caf\u{E9}\u{2028}more", "caf\u{E9}"),
        ])
    func body(body: String, message: String) {
        #expect(RemoteWriteAnswer(answer(400, body: body)).message == message)
    }

    @Test("A body that is no UTF-8 is no reason to fail")
    func invalidBody() {
        let answer = TransportAnswer(status: 400, body: ByteBuffer(bytes: [0x61, 0xFF, 0xFE, 0x62]))
        #expect(RemoteWriteAnswer(answer).message == "a\u{FFFD}\u{FFFD}b")
    }

    @Test("A long message is cut, and no secret shows at the cut")
    func longMessage() async throws {
        let text = String(repeating: "x", count: 295) + "hunter2-hunter2 and more"
        let receiver = receiver(.version1, .success(answer(400, body: text))) {
            $0.headers = ["X-Key": .value("hunter2-hunter2")]
        }
        let message = try await receiver.send([]).get().message
        #expect(message == String(repeating: "x", count: 295) + "<reda…")
    }

    // Fault (Secrets): A receiver that repeats the password in its error
    // Done: among control characters
    // Seen: it is redacted
    // Lost: nothing
    @Test("A secret that a receiver repeats among control characters is redacted all the same")
    func hiddenSecret() async throws {
        let receiver = receiver(.version1, .success(answer(400, body: "no: hun\u{0}ter2"))) {
            $0.credentials = .authorization(type: "Bearer", credentials: .value("hunter2"))
        }
        #expect(try await receiver.send([]).get().message == "no: <redacted>")
    }

    @Test(
        "No answer is no verdict on samples; each kind is counted",
        arguments: [
            (TransportError.timeout, "timeout", "no answer within 30 s"),
            (.connection("reset"), "connection_error", "reset"),
            (.tooLarge(limit: 1), "broken_answer", "its response is too large"), (.cancelled, "", ""),
        ])
    func noAnswer(error: TransportError, code: String, reason: String) async throws {
        var receiver = receiver(nil, .failure(error))
        let verdict = receiver.judge(await receiver.send([]), of: 5, now: 0)
        #expect(receiver.message == .version2)
        var writer = ExpositionWriter(.text)
        registry.write(to: &writer)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        guard !code.isEmpty else {
            #expect(Self.words(verdict) == "cancelled")
            #expect(!text.contains("remote_write_requests_total{remote=\"mimir\",code=\"\"}"))
            return
        }
        guard case .failing(reason, nil) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(text.contains("remote_write_requests_total{remote=\"mimir\",code=\"\(code)\"} 1\n"))
    }

    @Test("A timeout is said as it is configured", arguments: [(30.0, "30 s"), (0.25, "0.25 s"), (1.5, "1.5 s")])
    func timeout(seconds: Double, text: String) async throws {
        var receiver = receiver(nil, .failure(.timeout)) { $0.timeout = seconds }
        guard case .failing("no answer within \(text)", _) = receiver.judge(await receiver.send([]), of: 1, now: 0)
        else {
            Issue.record("another reason")
            return
        }
    }
}
