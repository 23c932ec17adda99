/// What `/openapi.json` says about the usage proxy.
extension UsageProxy {
    static let endpoints: [Endpoint] = [
        endpoint(
            "/1/usage/{statistics}", "Statistics of an application, as Algolia's Usage API answers them.", [statistics]),
        endpoint(
            "/1/usage/{statistics}/{index}", "Statistics of one index, as Algolia's Usage API answers them.",
            [statistics, index], notFound: "The index is unknown."),
    ]

    private static let statistics = Endpoint.Parameter(
        name: "statistics", summary: "Names, groups or *, separated by commas.", place: .path, isRequired: true)
    private static let index = Endpoint.Parameter(
        name: "index", summary: "The index's name, percent-encoded as one segment.", place: .path, isRequired: true)

    private static func endpoint(
        _ path: String, _ summary: String, _ segments: [Endpoint.Parameter], notFound: String? = nil
    ) -> Endpoint {
        var failures = [
            401: "A header is missing, the application is not configured, or the key is not its usage key.",
            422: "A parameter is invalid, or a statistic does not exist.",
        ]
        failures[404] = notFound
        return Endpoint(
            path: path, summary: summary,
            parameters: segments + [
                .init(
                    name: "startDate", summary: "The start of the range, RFC 3339; buckets that begin at or after it.",
                    isRequired: true),
                .init(
                    name: "endDate", summary: "The end of the range (exclusive), RFC 3339. Any length is allowed.",
                    isRequired: true),
                .init(
                    name: "granularity", summary: "The width of the buckets; daily by default.",
                    schema: .options(["hourly", "daily"])),
                .init(
                    name: UsageAccess.applicationHeader, summary: "The application's id.", place: .header,
                    isRequired: true),
                .init(
                    name: UsageAccess.keyHeader, summary: "The usage key that the exporter uses for the application.",
                    place: .header, isRequired: true),
            ],
            contents: [
                .init(type: "application/json", summary: "Points by statistic; a statistic without any is left out.")
            ],
            headers: [
                .init(
                    name: cacheHeader,
                    summary: "Whether the settled part of the range was already stored: HIT, PARTIAL or MISS.",
                    schema: .options(UsageCoverage.State.allCases.map(\.rawValue))),
                .init(
                    name: "Age", summary: "Seconds since the newest bucket was fetched; absent when none was fetched.",
                    schema: .integer(minimum: 0)),
            ],
            failures: failures, failureForm: .vendor, handle: nil)
    }
}
