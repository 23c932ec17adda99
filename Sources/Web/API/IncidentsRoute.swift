internal import History
internal import Hummingbird
internal import UsageModel

/// `/api/v1/incidents`: incidents that the vendor reported for the applications' clusters.
enum IncidentsRoute {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/api/v1/incidents", summary: "Incidents of the applications' clusters, oldest first.",
            parameters: [
                .init(name: "application", summary: "An application id; all applications by default."),
                .init(
                    name: "start",
                    summary: "The start of the range: \(TimeParameter.accepted). By default 90 days before the end."),
                .init(name: "end", summary: "The end of the range (exclusive). By default now."),
            ],
            contents: [.init(type: "application/json", summary: "Every incident within the range.")],
            failures: [400: "A parameter is invalid.", 404: "The application is unknown."]
        ) { _, parameters in
            let filter = try await SeriesFilter(parameters, exporter)
            let range = try parameters.range(now: exporter.clock.now, length: 90 * 86_400)
            let incidents = try await exporter.history.incidents(
                application: filter.applications?.first, range: range)
            return try .json(["incidents": incidents.map(Document.init)])
        }
    }

    private struct Document: Encodable {
        var application: ApplicationID
        var cluster: ServerName
        var time: String
        var title: String
        var status: String

        init(_ incident: StoredIncident) {
            application = incident.application
            cluster = incident.cluster
            time = RFC3339.string(incident.time)
            title = incident.title
            status = incident.status
        }
    }
}
