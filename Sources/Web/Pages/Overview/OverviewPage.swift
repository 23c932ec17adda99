internal import Capacity
internal import Collector
internal import Hummingbird
internal import Presentation
internal import UsageModel

/// `/`: every application against its contract, and whether it is collected.
///
/// Several applications begin with a table. Where there are more than ``mostWhole``, only one is shown below it: the one
/// that is asked for, or the one that is closest to a limit or furthest above it.
enum OverviewPage {
    /// Applications that are shown one below another.
    static let mostWhole = 3

    private static let parameters = [
        Endpoint.Parameter(
            name: "application",
            summary: "The application to show below the table, of more than \(mostWhole); the worst by default.")
    ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .overview, exporter, summary: "Overview page: contract usage, freshness, coverage, progress.",
            contents: "Each application's contract usage, last week and collection state.", parameters: parameters,
            failures: [400: "A parameter is invalid; the page names it.", 404: "The application is unknown."]
        ) { request in
            let facts = try await CollectorFacts(exporter, applications: try await CollectorFacts.known(exporter))
            var reports: [CapacityReport] = []
            for id in facts.applications() { reports.append(try await exporter.capacity.report(id)) }
            var page = Page(name: .overview, content: .empty)
            var shown = Array(reports.indices)
            var worst: String?
            if reports.count > mostWhole {
                let place = reports.indices.min { OverviewLimits.isWorse(reports[$0], than: reports[$1]) }
                shown = place.map { [$0] } ?? []
                worst = place.map { reports[$0].application.text }
            }
            do {
                // Monitors of availability add parameters to the address.
                let given = try QueryParameters(
                    request.uri.query, accepting: parameters, ignoringOthers: true)
                let known = reports.map(\.application)
                let names: [ApplicationID]? = try given.names("application")
                if let asked = names?.first {
                    guard let place = known.firstIndex(of: asked) else { throw CapacityRoute.unknown(asked, known) }
                    shown = [place]
                    worst = nil
                    page.subject = asked.text
                }
            } catch let problem as Problem {
                page.problem = problem
            }
            let content = Content(
                hasApplications: !reports.isEmpty, hasSeveral: reports.count > 1,
                rows: reports.enumerated().map {
                    OverviewRow(
                        $0.element, position: $0.offset + 1, facts, isBelow: shown.contains($0.offset),
                        root: exporter.paths.linkPrefix)
                },
                worst: worst,
                applications: shown.map {
                    OverviewApplication(reports[$0], position: $0 + 1, facts, root: exporter.paths.linkPrefix)
                },
                isReady: try await exporter.hasFirstData(facts.statuses))
            page.content = PageTemplates.render(.overview, content, at: exporter.paths)
            return page
        }
    }

    private struct Content: ViewModel {
        var hasApplications: Bool
        var hasSeveral: Bool
        var rows: [OverviewRow]
        /// The application below, where it was not asked for and others are not shown.
        var worst: String?
        var applications: [OverviewApplication]
        var isReady: Bool
    }
}
