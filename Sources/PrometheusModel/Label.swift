public import UsageModel

/// One label of a series as Prometheus' remote protocols carry it: the metric's name is a label like any other.
///
/// Labels are compared byte by byte, as Prometheus does.
public struct Label: Sendable {
    /// The label that holds the metric's name. It sorts before all others, which begin with a small letter, those that an
    /// operator adds included.
    public static let metricName = "__name__"

    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// The labels of a series on `/metrics`, in their order; its key has the label of the statistic's shape.
    public static func all(_ key: SeriesKey, _ statistic: Statistic) -> [Label] {
        var labels = [Label("application", key.application.text)]
        if !key.index.isEmpty { labels.append(Label("index", key.index.text)) }
        if !key.key.isEmpty { labels.append(Label(statistic.shape.label ?? "key", key.key.text)) }
        return labels
    }
}

extension Label: Comparable {
    public static func == (left: Label, right: Label) -> Bool {
        left.name.byteOrder(to: right.name) == 0 && left.value.byteOrder(to: right.value) == 0
    }

    public static func < (left: Label, right: Label) -> Bool {
        let order = left.name.byteOrder(to: right.name)
        return order == 0 ? left.value.byteOrder(to: right.value) < 0 : order < 0
    }
}
