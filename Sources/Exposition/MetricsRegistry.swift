public import CoreMetrics
private import Synchronization
public import UsageModel

/// The exporter's own metrics: a swift-metrics backend that is rendered on
/// `/metrics`. Labels of swift-metrics are the metric names themselves.
///
/// Meters and recorders that do not aggregate are gauges; timers and the other
/// recorders are histograms of seconds.
public final class MetricsRegistry: MetricsFactory, Sendable {
    /// Upper bounds of the histograms' buckets, in seconds.
    public static let bounds: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private struct Identity: Hashable {
        var name: String
        var labels: ExpositionWriter.Labels
    }

    private let instruments = Mutex<[Identity: Instrument]>([:])
    private let help: [String: String]

    /// - Parameter metrics: the declarations of what is recorded; a metric that is not among them has its name for HELP.
    public init(_ metrics: [MetricDeclaration] = []) {
        help = Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0.help) })
    }

    private func instrument(_ name: String, _ dimensions: [(String, String)], _ type: MetricType) -> Instrument {
        var labels = ExpositionWriter.Labels()
        for (label, value) in dimensions { labels.append(label, value) }
        return instruments.withLock { instruments in
            let identity = Identity(name: name, labels: labels)
            if let known = instruments[identity] { return known }
            let new = Instrument(type, dimensions)
            instruments[identity] = new
            return new
        }
    }

    /// Writes every metric, ordered by name.
    public func write(to writer: inout ExpositionWriter) {
        let all = instruments.withLock { $0 }.sorted {
            $0.key.name == $1.key.name ? $0.key.labels < $1.key.labels : $0.key.name < $1.key.name
        }
        var family = ""
        for (identity, instrument) in all {
            if identity.name != family {
                family = identity.name
                writer.family(family, instrument.type, help: help[family] ?? family)
            }
            instrument.write(identity.labels, to: &writer)
        }
    }

    /// One counter or gauge as it stands now.
    public struct Sample: Sendable {
        public let labels: [String: String]
        public let value: Double
    }

    /// The samples of a counter or gauge, in the order of the page.
    public func samples(of metric: MetricDeclaration) -> [Sample] {
        instruments.withLock { $0 }.filter { $0.key.name == metric.name }.sorted { $0.key.labels < $1.key.labels }
            .map { Sample(labels: $0.value.labels, value: $0.value.value) }
    }

    /// The value of the counter or gauge that has these labels; nil when there is none.
    /// - Parameter labels: a value for each label of the metric, in their order.
    public func value(of metric: MetricDeclaration, _ labels: String...) -> Double? {
        var rendered = ExpositionWriter.Labels()
        for (label, value) in metric.dimensions(labels) { rendered.append(label, value) }
        return instruments.withLock { $0[Identity(name: metric.name, labels: rendered)] }?.value
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions, .counter)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(label, dimensions, .counter)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions, .gauge)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        instrument(label, dimensions, aggregate ? .histogram : .gauge)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions, .histogram)
    }

    /// Ends a gauge: what it was about is gone.
    private func remove(_ handler: AnyObject) {
        instruments.withLock { instruments in
            guard let (identity, instrument) = instruments.first(where: { $0.value === handler }),
                instrument.type == .gauge
            else { return }
            instruments[identity] = nil
        }
    }

    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    // The others live as long as the registry: a counter that went away and came back would seem reset.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric with one set of labels.
private final class Instrument: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler,
    TimerHandler, Sendable
{
    private struct State {
        var value = 0.0
        var buckets = [Int64](repeating: 0, count: MetricsRegistry.bounds.count)
        var count: Int64 = 0
    }

    let type: MetricType
    let labels: [String: String]
    private let state = Mutex(State())

    init(_ type: MetricType, _ dimensions: [(String, String)]) {
        self.type = type
        labels = Dictionary(dimensions) { first, _ in first }
    }

    var value: Double { state.withLock { $0.value } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func reset() { set(0.0) }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        guard type == .histogram else { return set(value) }
        state.withLock { state in
            state.value += value
            state.count += 1
            if let bucket = MetricsRegistry.bounds.firstIndex(where: { value <= $0 }) { state.buckets[bucket] += 1 }
        }
    }

    func write(_ labels: ExpositionWriter.Labels, to writer: inout ExpositionWriter) {
        let state = state.withLock { $0 }
        guard type == .histogram else { return writer.sample(labels, PointValue(state.value)) }
        var cumulative: Int64 = 0
        for (bound, count) in zip(MetricsRegistry.bounds, state.buckets) {
            cumulative += count
            var labels = labels
            labels.append("le", bound.description)
            writer.sample(suffix: "_bucket", labels, .integer(cumulative))
        }
        var all = labels
        all.append("le", "+Inf")
        writer.sample(suffix: "_bucket", all, .integer(state.count))
        writer.sample(suffix: "_sum", labels, PointValue(state.value))
        writer.sample(suffix: "_count", labels, .integer(state.count))
    }
}
