internal import Capacity
internal import Hummingbird
internal import Reports
internal import UsageModel

/// `/api/v1/capacity`: what a planner asks about each application, answered.
enum CapacityRoute {
    static let path = "/api/v1/capacity"

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: path,
            summary: "Contract usage, projections, exhaustion dates and their drivers.",
            parameters: [
                .init(name: "application", summary: "An application id; all applications by default.", repeats: true)
            ],
            contents: [.init(type: "application/json", summary: "A report of each application.")],
            failures: [404: "The application is unknown."], memory: Endpoint.memoryOfWhole
        ) { _, parameters in
            let known = try await exporter.capacity.applications()
            let wanted: [ApplicationID]? = try parameters.names("application")
            for id in wanted ?? [] where !known.contains(id) { throw unknown(id, known) }
            var reports: [CapacityReport] = []
            for id in known where wanted?.contains(id) ?? true {
                reports.append(try await exporter.capacity.report(id))
            }
            return .bytes(try CapacityDocument.json(reports), type: "application/json")
        }
    }

    /// 404: there is no such application.
    static func unknown(_ id: ApplicationID, _ known: [ApplicationID]) -> Problem {
        .unknown(
            "application", "there is no application \"\(id)\"",
            accepted: known.isEmpty ? "none is stored yet" : known.map(\.text).joined(separator: ", "))
    }
}
