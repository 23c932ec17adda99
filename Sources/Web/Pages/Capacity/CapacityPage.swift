internal import Capacity
internal import Collector
internal import Hummingbird
internal import Presentation
internal import UsageModel

/// `/capacity`: what a planner asks about one application, in words, charts and tables.
enum CapacityPage {
    private static let parameters = [
        Endpoint.Parameter(name: "application", summary: "An application id; the first application by default.")
    ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .capacity, exporter, summary: "Capacity page: contract usage and forecasts.",
            contents: "Answers, charts with forecasts, and tables for one application.", parameters: parameters,
            failures: [
                400: "A parameter is invalid; the page names it.",
                404: "The application is unknown.",
            ]
        ) { request in
            let query = request.uri.query
            let known = try await Self.applications(exporter)
            var page = Page(name: .capacity, content: .empty)
            var chosen = known.first
            do {
                chosen = try Self.chosen(query, of: known)
            } catch let problem as Problem {
                page.problem = problem
                chosen = nil
            }
            var report: CapacityReport?
            if known.count > 1 { page.subject = chosen?.text ?? "" }
            if let chosen { report = try await exporter.capacity.report(chosen) }
            page.content = PageTemplates.render(
                .capacity, try CapacityContent(report, applications: known, root: exporter.paths.linkPrefix),
                at: exporter.paths)
            return page
        }
    }

    /// Applications that are collected, then those that only have a past.
    private static func applications(_ exporter: Exporter) async throws -> [ApplicationID] {
        let collected = await exporter.status().map(\.application)
        return collected + Set(try await CollectorFacts.known(exporter)).subtracting(collected).sorted()
    }

    /// The requested application, or the first; nil when there is none.
    private static func chosen(_ query: String?, of known: [ApplicationID]) throws -> ApplicationID? {
        let asked: [ApplicationID]? = try QueryParameters(query, accepting: parameters).names("application")
        guard let id = asked?.first else { return known.first }
        guard known.contains(id) else { throw CapacityRoute.unknown(id, known) }
        return id
    }
}
