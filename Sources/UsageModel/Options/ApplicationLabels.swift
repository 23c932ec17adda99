/// The labels that an operator adds to the metrics of applications: `applications[].name` and `labels`.
public struct ApplicationLabels: Sendable, Hashable {
    /// One added label.
    public struct Pair: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    /// The label of an application's name. The label `application` is always its id.
    public static let applicationName = "application_name"

    /// The names that the exporter's metrics have already, those that the exposition formats reserve, and those that
    /// Prometheus adds to what it scrapes.
    public static let reserved: Set<String> = [
        "application", applicationName, "index", "server", "region", "cluster", "key", "type", "status", "probe",
        "limit", "currency", "granularity", "api", "code", "remote", "reason", "state", "handler", "method", "version",
        "revision",
        "branch", "date", "swiftversion", "le", "quantile", "job", "instance",
    ]

    private var pairs: [ApplicationID: [Pair]] = [:]

    /// No labels.
    public init() {}

    /// - Parameter labels: by application, then by name.
    public init(_ labels: [ApplicationID: [String: String]]) {
        pairs = labels.filter { !$0.value.isEmpty }.mapValues { labels in
            labels.sorted { $0.key < $1.key }.map { Pair(name: $0.key, value: $0.value) }
        }
    }

    public var isEmpty: Bool { pairs.isEmpty }

    /// The labels of one application, ordered by name.
    public subscript(application: ApplicationID) -> [Pair] { pairs[application] ?? [] }

    /// The applications that have any.
    public var applications: [ApplicationID] { pairs.keys.sorted() }
}
