import CoreMetrics
import Synchronization

/// Gauges as they stand, by name and label values.
final class RecordedGauges: MetricsFactory {
    private final class Gauge: RecorderHandler {
        let key: String
        let owner: RecordedGauges

        init(_ key: String, _ owner: RecordedGauges) {
            self.key = key
            self.owner = owner
        }

        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { owner.state.withLock { $0[key] = value } }
    }

    private let state = Mutex<[String: Double]>([:])

    var values: [String: Double] { state.withLock { $0 } }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Gauge(([label] + dimensions.map(\.1)).joined(separator: " "), self)
    }
    func destroyRecorder(_ handler: any RecorderHandler) {
        if let gauge = handler as? Gauge { state.withLock { $0[gauge.key] = nil } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
