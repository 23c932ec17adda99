/// The type of a metric family.
public enum MetricType: String, Sendable, Hashable {
    case gauge, counter, histogram
}

/// One metric of `/metrics`: everything that is said about it, in one place.
///
/// A metric is declared beside the code that keeps it, in whatever module that is. The recorder, the exposition, the
/// pages and `docs/metrics.md` all read the declaration. Its unit is the last word of its name (`…_seconds`, `…_bytes`,
/// `…_ratio`), as OpenMetrics requires. Families of statistics are declared by the catalogue instead.
public struct MetricDeclaration: Sendable, Hashable {
    /// As samples carry it: a counter's ends in `_total`.
    public let name: String
    public let type: MetricType
    /// The names of the labels, in their order.
    public let labels: [String]
    /// The HELP text, one sentence.
    public let help: String
    /// The cell of `docs/metrics.md`, Markdown; nil for a metric that is only named there.
    public let meaning: String?

    /// Declares a metric.
    public init(_ name: String, _ type: MetricType, labels: [String] = [], help: String, meaning: String? = nil) {
        self.name = name
        self.type = type
        self.labels = labels
        self.help = help
        self.meaning = meaning
    }

    /// The labels of one series.
    /// - Parameter values: a value for each of ``labels``, in their order.
    public func dimensions(_ values: [String] = []) -> [(String, String)] {
        precondition(values.count == labels.count, "\(name) has the labels \(labels)")
        return Array(zip(labels, values))
    }
}
