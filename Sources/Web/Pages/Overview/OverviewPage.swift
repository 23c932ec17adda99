internal import Presentation
internal import Capacity
internal import History
internal import Hummingbird
internal import UsageModel

/// `/`: every application against its contract, and whether it is collected.
enum OverviewPage {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .overview, exporter, summary: "Overview page: contract usage, freshness, coverage, progress.",
            contents: "Each application's contract usage, last week and collection state."
        ) { _ in
            let facts = try await CollectorFacts(exporter)
            var applications: [OverviewApplication] = []
            for (position, id) in facts.applications().enumerated() {
                let report = try await exporter.capacity.report(id)
                applications.append(
                    OverviewApplication(report, position: position + 1, facts, root: exporter.paths.linkPrefix))
            }
            let content = Content(
                hasApplications: !applications.isEmpty, hasSeveral: applications.count > 1, applications: applications,
                isReady: try await exporter.hasFirstData(facts.statuses))
            return Page(name: .overview, content: PageTemplates.render(.overview, content, at: exporter.paths))
        }
    }

    private struct Content: ViewModel {
        var hasApplications: Bool
        var hasSeveral: Bool
        var applications: [OverviewApplication]
        var isReady: Bool
    }
}
