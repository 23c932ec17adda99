import AlgoliaClient
import History
import TestSupport
import Testing

@testable import Collector

@Suite("Kinds of failures")
struct FailureKindTests {
    private static let broken = AlgoliaError.broken(UsageDecodingError(.notAnAnswer, at: 0))

    @Test(
        "Each failure is of one kind",
        arguments: [
            (AlgoliaError.cancelled, FailureKind.cancelled),
            (.rateLimited(retryAfter: nil), .throttled(retryAfter: nil)),
            (.rateLimited(retryAfter: 7), .throttled(retryAfter: 7)),
            (.server(status: 503, message: "", retryAfter: 7), .throttled(retryAfter: 7)),
            (.server(status: 503, message: "", retryAfter: nil), .transient),
            (.timeout, .transient), (.connection("refused"), .transient), (broken, .transient),
            (.connection("proxy 10.0.0.1:3128 rejected its user and password"), .transient),
            (.unauthorized(status: 401, message: ""), .unauthorized),
            (.unauthorized(status: 403, message: ""), .unauthorized), (.noKey("none"), .unauthorized),
            (.notFound(message: ""), .rejected), (.refused(status: 422, message: ""), .rejected),
        ])
    func kinds(error: AlgoliaError, kind: FailureKind) {
        #expect(FailureKind(error) == kind)
    }

    @Test("What does not come from the vendor is the history's, unless the process ends")
    func storage() {
        #expect(FailureKind(HistoryError.full(path: "history.db")) == .storage)
        #expect(FailureKind(CancellationError()) == .cancelled)
    }

    @Test(
        "Waits are those of the table",
        arguments: [
            (FailureKind.cancelled, 9, 0.0...0.0, 1.0...300.0), (.throttled(retryAfter: 400), 9, 400...401, 400...400),
            (.throttled(retryAfter: nil), 1, 1...2, 1...2), (.throttled(retryAfter: nil), 9, 1...300, 1...300),
            (.unauthorized, 1, 240...300, 240...300), (.unauthorized, 9, 2880...3600, 2880...3600),
            (.rejected, 2, 0...4, 1...4), (.transient, 1, 0...2, 1...2), (.storage, 1, 1...2, 1...2),
            (.storage, 30, 1...300, 1...300),
        ])
    func waits(kind: FailureKind, failures: Int, delay: ClosedRange<Double>, scheduled: ClosedRange<Double>) {
        var generator: any RandomNumberGenerator & Sendable = SeededGenerator(1)
        for _ in 0..<200 {
            #expect(delay.contains(kind.delay(failures: failures, using: &generator)))
            #expect(scheduled.contains(kind.scheduledDelay(failures: failures, using: &generator)))
        }
    }
}
