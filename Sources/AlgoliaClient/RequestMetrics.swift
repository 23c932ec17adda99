/// Names of the metrics that the client keeps.
public enum RequestMetrics {
    /// Counter of requests by `api` and `code`.
    public static let requests = "algolia_exporter_api_requests_total"
    /// Histogram of seconds from sending a request to its decoded answer.
    public static let duration = "algolia_exporter_api_request_duration_seconds"
    /// Counter, by `api`, of parts of answers that cannot be read and are left out.
    public static let ignored = "algolia_exporter_ignored_parts_total"
}
