internal import Exposition
internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// `/sd`: Prometheus' HTTP service discovery, which makes each application a target that `/probe` answers.
enum ServiceDiscoveryRoute {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/sd", summary: "Prometheus HTTP service discovery: a target for each application.",
            contents: [.init(type: "application/json", summary: "Target groups.")],
            failures: [400: "The request has no Host, and --web.external-url is not set."], isUrgent: true
        ) { request, _ in
            guard let address = address(request.head.authority, exporter.paths) else {
                throw Problem.parameter(
                    "Host", "the address of this server is unknown: the request has no Host",
                    accepted: "a Host header, or --web.external-url")
            }
            let added = exporter.options().labels
            return try .json(
                try await ScrapeParameters.applications(exporter).map { application in
                    TargetGroup(
                        targets: [address], labels: labels(application, added[application], exporter.paths))
                })
        }
    }

    /// A target group, as `http_sd_config` reads it.
    private struct TargetGroup: Encodable {
        var targets: [String]
        var labels: [String: String]
    }

    /// The address that readers use: that of `--web.external-url`, else the one that was asked.
    private static func address(_ asked: String?, _ paths: WebPaths) -> String? {
        if let external = paths.externalAuthority { return external }
        guard let asked, !asked.isEmpty else { return nil }
        return asked
    }

    private static func labels(
        _ application: ApplicationID, _ added: [ApplicationLabels.Pair], _ paths: WebPaths
    ) -> [String: String] {
        var labels = [
            "__metrics_path__": paths.link(ProbeRoute.path), "__param_target": application.text,
            "__meta_algolia_application": application.text,
        ]
        // Without it, the scheme is that of the scrape configuration.
        labels["__scheme__"] = paths.externalScheme
        for label in added {
            let isName = label.name == ApplicationLabels.applicationName
            labels["__meta_algolia_\(isName ? label.name : "label_\(label.name)")"] = label.value
        }
        return labels
    }
}

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
            isUrgent: true, ignoresOtherParameters: true
        ) { request, parameters in
            let names: [ApplicationID] = try parameters.names(target.name) ?? []
            let selection = PageSelection(
                applications: try await ScrapeParameters.known(names, target.name, exporter),
                groups: try ScrapeParameters.groups(parameters), includesGlobal: false)
            return try await metrics.answer(request, selection)
        }
    }
}
