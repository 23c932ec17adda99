internal import CoreMetrics
internal import UsageModel

/// Counts the requests and connections that are refused, by reason.
///
/// The counters are made once: who is refused must cost little.
struct Rejections: Sendable {
    private let counters: [HTTPMetric.Rejection: Counter]

    init(_ metrics: any MetricsFactory) {
        let declaration = HTTPMetric.rejections
        counters = Dictionary(
            uniqueKeysWithValues: HTTPMetric.Rejection.allCases.map { reason in
                let counter = Counter(
                    label: declaration.name, dimensions: declaration.dimensions([reason.rawValue]), factory: metrics)
                // From the start, so that the first one is an increase.
                counter.increment(by: 0)
                return (reason, counter)
            })
    }

    func count(_ reason: HTTPMetric.Rejection) { counters[reason]?.increment() }
}
