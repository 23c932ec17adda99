internal import AlgoliaClient
internal import UsageModel

/// How far a backfill of one or more applications is, by requests, and how long it will take.
public struct BackfillMeter: Sendable {
    /// Seconds and requests after which the pace that was measured counts, and not the quota.
    private static let proof = (seconds: 10.0, requests: 10)

    private struct Part {
        /// When its requests were first known.
        let begin: Double
        var left: Int
        var total: Int
        var requestsPerMinute: Int

        var done: Int { total - left }

        func secondsLeft(now: Double) -> Double {
            let elapsed = now - begin
            guard done >= BackfillMeter.proof.requests, elapsed >= BackfillMeter.proof.seconds else {
                return TokenBucket.seconds(for: left, requestsPerMinute: requestsPerMinute)
            }
            return Double(left) * elapsed / Double(done)
        }
    }

    private var parts: [ApplicationID: Part] = [:]

    public init() {}

    /// Notes the state of an application at `now`, in seconds of ``WallClock/monotonic``.
    public mutating func note(_ status: ApplicationStatus, now: Double) {
        guard let left = status.requestsLeft else { return }
        var part =
            parts[status.application]
            ?? Part(begin: now, left: left, total: left, requestsPerMinute: status.quota.requestsPerMinute)
        // What comes to be missing meanwhile is more to do, not less done.
        part.total += max(0, left - part.left)
        part.left = left
        part.requestsPerMinute = status.quota.requestsPerMinute
        parts[status.application] = part
    }

    /// Whether it is known what is to be done.
    public var isKnown: Bool { !parts.isEmpty }

    /// Requests that are to be made.
    public var left: Int { parts.values.reduce(0) { $0 + $1.left } }

    /// Requests that were to be made, in all.
    public var total: Int { parts.values.reduce(0) { $0 + $1.total } }

    /// Requests that need not be made any more.
    public var done: Int { total - left }

    /// 100 when nothing is left, and not before.
    public var percent: Int { total > 0 ? done * 100 / total : 100 }

    /// Requests a minute since it is known what is to be done; nil until that can be said.
    public func pace(now: Double) -> Int? {
        guard let begin = parts.values.map(\.begin).min(), done >= Self.proof.requests,
            now - begin >= Self.proof.seconds
        else { return nil }
        return Int((Double(done) * 60 / (now - begin)).rounded())
    }

    /// The time until the last application is complete: at the pace so far, or at the quota before there is one.
    public func timeLeft(now: Double) -> String {
        Self.about(parts.values.map { $0.secondsLeft(now: now) }.max() ?? 0)
    }

    /// `15%: 4,200 requests left, about 70 min`.
    public func text(now: Double) -> String {
        "\(percent)%: \(CountText.grouped(left)) \(left == 1 ? "request" : "requests") left, \(timeLeft(now: now))"
    }

    /// A duration that is estimated: `under 1 min`, `about 70 min`, `about 5 h`, `about 3 d`.
    public static func about(_ seconds: Double) -> String {
        let minutes = seconds / 60
        return switch minutes {
        case ..<1: "under 1 min"
        case ..<120: "about \(Int(minutes.rounded())) min"
        case ..<2880: "about \(Int((minutes / 60).rounded())) h"
        default: "about \(CountText.grouped(Int((min(minutes, 1e9) / 1440).rounded()))) d"
        }
    }
}
