internal import UsageModel

/// What the environment of the Python exporter says beside the application: its variables are understood, so that a
/// deployment can exchange the image alone.
struct EnvironmentPolling {
    static let intervalVariable = "REFRESH_INTERVAL_MINUTES"
    static let granularityVariable = "USAGE_GRANULARITY"
    /// A day.
    private static let mostMinutes = 1440

    /// Seconds; nil when the variable is not set.
    private(set) var interval: Int64?
    /// Nil when the variable is not set.
    private(set) var granularity: Granularity?

    init(_ environment: [String: String], problems: Problems) {
        let reader = EnvironmentReader(environment: environment, problems: problems)
        interval = reader.first(of: Self.intervalVariable).flatMap {
            reader.value($0, .positiveInteger(atMost: Self.mostMinutes))
        }.map { Int64($0) * 60 }
        granularity = reader.first(of: Self.granularityVariable).flatMap { reader.value($0, .hoursOrDays) }
    }
}
