public import UsageModel

/// The metrics that the client keeps about its requests.
public enum RequestMetrics {
    public static let requests = MetricDeclaration(
        "algolia_exporter_api_requests_total", .counter, labels: ["api", "code"],
        help: "Requests sent to Algolia, by API and HTTP status code or error type.",
        meaning:
            "requests sent; `code` is the HTTP status, or `timeout`, `connection_error`, `broken_answer`, `cancelled`")
    public static let duration = MetricDeclaration(
        "algolia_exporter_api_request_duration_seconds", .histogram,
        help: "Time from sending a request to its decoded response, in seconds.",
        meaning: "from sending a request to its decoded answer, without waiting for quota")
    public static let ignored = MetricDeclaration(
        "algolia_exporter_ignored_parts_total", .counter, labels: ["api"],
        help: "Unreadable parts of responses that were ignored, by API.",
        meaning:
            """
            parts of answers (names with NUL, values of a wrong type, points without a time) that were left out \
            because they cannot be read; logged once. Unreadable values of the Usage API are set aside instead
            """)

    /// All of them.
    public static let all = [requests, duration, ignored]
}
