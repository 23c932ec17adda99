public import UsageModel

/// The metrics about the process as a whole: its version and database.
public enum ExporterMetric {
    public static let build = MetricDeclaration(
        "algolia_exporter_build_info", .gauge, labels: ["version"],
        help: "Exporter version as a label; the value is always 1.",
        meaning: "constant 1")
    public static let databaseSize = MetricDeclaration(
        "algolia_exporter_database_size_bytes", .gauge,
        help: "Size of the database and its write-ahead log in bytes.",
        meaning: "size of the database and its write-ahead log")

    /// All of them.
    public static let all = [build, databaseSize]
}
