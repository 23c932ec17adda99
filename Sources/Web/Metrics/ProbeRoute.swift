internal import Exposition
internal import Hummingbird
internal import UsageModel

/// `/probe?target=ID`: the metrics of one application, for Prometheus' multi-target pattern, in which each application
/// is a separate target.
enum ProbeRoute {
    static let path = "/probe"
    private static let target = Endpoint.Parameter(name: "target", summary: "An application id.", isRequired: true)

    static func endpoint(_ exporter: Exporter, _ metrics: MetricsPage) -> Endpoint {
        Endpoint(
            path: path, summary: "Current values of one application for Prometheus; nothing about the process.",
            parameters: [target, ScrapeParameters.groups], contents: MetricsPage.contents,
            failures: [400: "The target is missing, or a group is unknown.", 404: "The target is unknown."],
            ignoresOtherParameters: true
        ) { request, parameters in
            let names: [ApplicationID] = try parameters.names(target.name) ?? []
            let selection = PageSelection(
                applications: try await ScrapeParameters.known(names, target.name, exporter),
                groups: try ScrapeParameters.groups(parameters), includesGlobal: false)
            return try await metrics.answer(request, selection)
        }
    }
}
