public import CoreMetrics
private import Synchronization

/// Gauges and counters as they stand, by name and label values, separated by spaces.
public final class RecordedMetrics: MetricsFactory {
    private final class Gauge: RecorderHandler {
        let key: String
        let owner: RecordedMetrics

        init(_ key: String, _ owner: RecordedMetrics) {
            self.key = key
            self.owner = owner
        }

        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { owner.state.withLock { $0[key] = value } }
    }

    private final class Counter: CounterHandler {
        let key: String
        let owner: RecordedMetrics

        init(_ key: String, _ owner: RecordedMetrics) {
            self.key = key
            self.owner = owner
        }

        func increment(by amount: Int64) { owner.state.withLock { $0[key, default: 0] += Double(amount) } }
        func reset() { owner.state.withLock { $0[key] = 0 } }
    }

    private let state = Mutex<[String: Double]>([:])

    public init() {}

    public var values: [String: Double] { state.withLock { $0 } }

    private func key(_ label: String, _ dimensions: [(String, String)]) -> String {
        ([label] + dimensions.map(\.1)).joined(separator: " ")
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Gauge(key(label, dimensions), self)
    }
    public func destroyRecorder(_ handler: any RecorderHandler) {
        if let gauge = handler as? Gauge { state.withLock { $0[gauge.key] = nil } }
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Counter(key(label, dimensions), self)
    }
    public func destroyCounter(_ handler: any CounterHandler) {
        if let counter = handler as? Counter { state.withLock { $0[counter.key] = nil } }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }
    public func destroyTimer(_ handler: any TimerHandler) {}
}
