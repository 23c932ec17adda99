internal import Hummingbird
internal import Presentation
internal import UsageModel

/// `/setup`: what to paste into Prometheus, Grafana and the exporter's own configuration, made for this instance.
enum SetupPage {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .setup, exporter, summary: "Setup page: configuration for Prometheus and Grafana.",
            contents: "Configuration to paste, with the addresses of this exporter."
        ) { request in
            let security = exporter.security()
            let snippets = SetupSnippets(
                asked: request.head.authority ?? "localhost", isSecure: security.certificate != nil,
                asksForPassword: !security.users.isEmpty, paths: exporter.paths,
                applications: try await exporter.capacity.applications(), contracts: exporter.capacity.contracts)
            return Page(
                name: .setup,
                content: PageTemplates.render(.setup, Content(snippets, security), at: exporter.paths))
        }
    }

    private struct Content: ViewModel {
        var base: String
        var scrape: String
        var remoteRead: String
        var alerts: String
        var grafana: String
        var contracts: String
        /// Whether any limit is only an example.
        var hasExamples: Bool
        var asksForPassword: Bool
        var isSecure: Bool

        init(_ snippets: SetupSnippets, _ security: WebSecurity) {
            base = snippets.base
            scrape = snippets.scrape
            remoteRead = snippets.remoteRead
            alerts = snippets.alerts
            grafana = snippets.grafana
            contracts = snippets.contracts
            hasExamples = snippets.hasExamples
            asksForPassword = !security.users.isEmpty
            isSecure = security.certificate != nil
        }
    }
}
