internal import PrometheusModel
internal import UsageModel

extension ExpositionWriter.Labels {
    /// The labels of a series; its key has the label of the statistic's shape.
    init(_ key: SeriesKey, _ statistic: Statistic) {
        self.init(Label.all(key, statistic))
    }

    init(_ labels: some Sequence<Label>) {
        self.init()
        for label in labels { append(label.name, label.value) }
    }
}
