/// Another exporter, whose names of metrics are exposed beside the usual ones.
public enum Compatibility: String, Sendable, Hashable, CaseIterable {
    /// The Python exporter that this one descends from.
    case k8sit
}
