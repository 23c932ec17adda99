internal import CoreMetrics
private import Synchronization
internal import UsageModel

/// An answer without the parts of it that make no sense, and how many those are.
struct ReadableParts<Answer> {
    var answer: Answer
    /// Values of a wrong type, names with NUL, points without a time.
    var ignored: Int
}

extension ReadableParts: Sendable where Answer: Sendable {}

/// How many parts of answers were ignored because they cannot be read, by API: what is collected lacks them.
final class IgnoredParts: Sendable {
    private let counts = Mutex<[API: Int]>([:])

    func add(_ count: Int, _ api: API, metrics: any MetricsFactory) {
        guard count > 0 else { return }
        counts.withLock { $0[api, default: 0] += count }
        let metric = RequestMetrics.ignored
        Counter(label: metric.name, dimensions: metric.dimensions([api.rawValue]), factory: metrics)
            .increment(by: Int64(count))
    }

    func count(_ api: API) -> Int { counts.withLock { $0[api] ?? 0 } }
}
