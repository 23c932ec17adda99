internal import UsageModel

extension ExpositionWriter.Labels {
    /// The labels of a series; its key has the label of the statistic's shape.
    init(_ key: SeriesKey, _ statistic: Statistic) {
        self.init(["application": key.application])
        if !key.index.isEmpty { append("index", key.index) }
        if !key.key.isEmpty { append(statistic.shape.label ?? "key", key.key) }
    }
}
