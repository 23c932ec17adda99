internal import UsageModel

/// Configuration for the programs around this exporter, with its addresses and applications filled in.
struct SetupSnippets {
    /// Scheme, authority and path prefix that readers use, such as `https://metrics.example.com/algolia`.
    let base: String
    private let scheme: String
    private let authority: String
    private let paths: WebPaths
    private let asksForPassword: Bool
    private let applications: [ApplicationID]
    private let configured: [ApplicationID: Contract]

    /// - Parameters:
    ///   - asked: the `Host` of the request; `--web.external-url` has precedence.
    ///   - contracts: those that are configured.
    init(
        asked: String, isSecure: Bool, asksForPassword: Bool, paths: WebPaths,
        applications: [ApplicationID], contracts: [ApplicationID: Contract]
    ) {
        scheme = paths.externalScheme ?? (isSecure ? "https" : "http")
        authority = paths.externalAuthority ?? asked
        base = "\(paths.externalOrigin ?? "\(scheme)://\(asked)")\(paths.linkPrefix)"
        self.paths = paths
        self.asksForPassword = asksForPassword
        self.applications = applications.isEmpty ? ["YourApplicationID"] : applications
        configured = contracts
    }

    /// The scrape configuration of Prometheus.
    var scrape: String {
        var lines = ["scrape_configs:", "  - job_name: algolia", "    scrape_interval: 1m"]
        if scheme == "https" { lines.append("    scheme: https") }
        let path = paths.link(paths.telemetry)
        if path != "/metrics" { lines.append("    metrics_path: \(path)") }
        lines += credentials("prometheus", indent: 4)
        lines += ["    static_configs:", "      - targets: [\(Self.quoted(authority))]"]
        return lines.joined(separator: "\n")
    }

    /// Remote read, by which Prometheus has the time before its first scrape.
    var remoteRead: String {
        let lines =
            ["remote_read:", "  - url: \(Self.quoted("\(base)\(RemoteReadRoute.path)"))"]
            + credentials("prometheus", indent: 4)
            + ["    read_recent: true", #"    required_matchers: { job: "" }"#, "    filter_external_labels: false"]
        return lines.joined(separator: "\n")
    }

    /// Alert rules that need no other file: the exporter is gone, a key is refused, a limit is near or exceeded.
    var alerts: String {
        """
        groups:
          - name: algolia
            rules:
              - alert: AlgoliaExporterDown
                expr: up == 0 and on (job, instance) last_over_time(algolia_exporter_build_info[7d])
                for: 5m
                labels: { severity: critical }
                annotations:
                  summary: "algolia-exporter {{ $labels.instance }} is down"
              - alert: AlgoliaCollectionFailing
                expr: algolia_exporter_up == 0
                for: 30m
                labels: { severity: warning }
                annotations:
                  summary: "requests to the {{ $labels.api }} API for {{ $labels.application }} are failing"
              - alert: AlgoliaLimitExceeded
                expr: max by (application, limit) (algolia_capacity_utilization_ratio) > 1
                for: 1h
                labels: { severity: critical }
                annotations:
                  summary: "{{ $labels.application }} is at {{ $value | humanizePercentage }} of its limit {{ $labels.limit }}"
              - alert: AlgoliaLimitProjected
                expr: max by (application, limit) (algolia_capacity_projected_ratio) > 1
                for: 6h
                labels: { severity: warning }
                annotations:
                  summary: "{{ $labels.application }} is heading for {{ $value | humanizePercentage }} of its limit {{ $labels.limit }}"
        """
    }

    /// Data sources of Grafana: this exporter, by the Infinity plug-in.
    var grafana: String {
        var lines = [
            "apiVersion: 1", "datasources:", "  - name: Algolia Infinity", "    uid: algolia-infinity",
            "    type: yesoreyeram-infinity-datasource", "    access: proxy", "    url: \(Self.quoted(base))",
        ]
        if asksForPassword {
            lines += [
                "    basicAuth: true", "    basicAuthUser: grafana",
                "    secureJsonData: { basicAuthPassword: $ALGOLIA_EXPORTER_PASSWORD }",
            ]
        }
        lines += ["    jsonData:"]
        if asksForPassword { lines.append("      auth_method: basicAuth") }
        lines.append("      allowedHosts: [\(Self.quoted("\(scheme)://\(authority)"))]")
        return lines.joined(separator: "\n")
    }

    /// The contract of each application in the exporter's own configuration; limits that are not configured are
    /// comments with an example.
    var contracts: String {
        let examples: [ContractLimit: String] = [
            .searchRequestsPerMonth: "50000000", .records: "10000000", .maxQPS: "400",
        ]
        var lines = ["applications:"]
        for id in applications {
            let contract = configured[id] ?? Contract()
            lines += ["  - id: \(Self.quoted(id.text))", "    contract:"]
            lines.append("      period_start_day: \(contract.periodStartDay)")
            for limit in ContractLimit.usual {
                let agreed = contract[limit].map { "\(limit.rawValue): \(PointValue($0))" }
                lines.append("      \(agreed ?? "# \(limit.rawValue): \(examples[limit] ?? "")")")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Whether ``contracts`` has a limit that is not configured.
    var hasExamples: Bool {
        applications.contains { id in ContractLimit.usual.contains { configured[id]?[$0] == nil } }
    }

    private func credentials(_ user: String, indent: Int) -> [String] {
        guard asksForPassword else { return [] }
        let space = String(repeating: " ", count: indent)
        return ["\(space)basic_auth: { username: \(user), password_file: /etc/prometheus/algolia-password }"]
    }

    /// A double-quoted string of YAML, whose escapes are those of JSON.
    private static func quoted(_ text: String) -> String { JSONText.quoted(text) { _ in false } }
}
