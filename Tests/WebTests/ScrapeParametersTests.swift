import CoreMetrics
import Exposition
import Foundation
import History
import PrometheusModel
import TestSupport
import Testing
import UsageModel

@testable import Web

/// Two applications with indices, a quota and the exporter's own metrics.
private func twoApplications(paths: WebPaths = WebPaths(), configured: [ApplicationID]? = nil) async throws -> Exporter
{
    let site = try Site()
    for application in ["APP", "OTHER"] as [ApplicationID] {
        for index in ["", "products"] as [IndexName] {
            try await site.store(
                "total_operations", application: application, index: index, hours(from: midnight + 9 * 3600, [5]))
        }
    }
    for (application, value) in [("APP", 1.0), ("OTHER", 2.0)] {
        site.registry.makeMeter(label: "algolia_exporter_up", dimensions: [("application", application)]).set(value)
    }
    let options = MetricsOptions(
        applications: configured.map { Dictionary(uniqueKeysWithValues: $0.map { ($0, IndexFilter()) }) })
    return .test(site.history, site.clock, registry: site.registry, options: { options }, paths: paths) {
        _ = site
        return []
    }
}

private func groups(_ page: ExpositionPage) -> Set<MetricGroup?> {
    Set(page.samples.keys.map { MetricGroup(metric: $0.name.utf8) })
}

@Suite("A part of /metrics")
struct ScrapeParametersTests {
    private func page(_ web: WebClient, _ query: String, openMetrics: Bool = false) async throws -> ExpositionPage {
        let accept = openMetrics ? "application/openmetrics-text" : "text/plain"
        let answer = try await web.get("/metrics" + query, headers: ["Accept": accept])
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.text.hasSuffix("\n# EOF\n") == openMetrics)
        return try ExpositionPage(answer.text)
    }

    private func applications(_ page: ExpositionPage) -> Set<String> {
        Set(page.samples.keys.compactMap { $0.labels["application"] })
    }

    @Test("application leaves that application and what is about none", arguments: [false, true])
    func application(openMetrics: Bool) async throws {
        try await withServer(twoApplications()) { web in
            let whole = try await page(web, "", openMetrics: openMetrics)
            #expect(applications(whole) == ["APP", "OTHER"])
            let one = try await page(web, "?application=APP", openMetrics: openMetrics)
            #expect(applications(one) == ["APP"])
            let expected = whole.samples.filter { ($0.key.labels["application"] ?? "APP") == "APP" }
            #expect(Set(one.samples.keys) == Set(expected.keys))
            #expect(groups(one).isSuperset(of: [.usage, .indices, .exporter, .process]))
            let both = try await page(web, "?application=APP&application=OTHER", openMetrics: openMetrics)
            #expect(Set(both.samples.keys) == Set(whole.samples.keys))
        }
    }

    @Test("collect[] leaves the groups that are named, whichever way the brackets are written")
    func collect() async throws {
        try await withServer(twoApplications()) { web in
            for group in MetricGroup.allCases {
                let shown = groups(try await page(web, "?collect%5B%5D=\(group.rawValue)"))
                #expect(shown.isSubset(of: [group]), "\(group)")
                #expect(shown.isEmpty == [.monitoring, .capacity].contains(group), "\(group)")
            }
            let raw = try await web.raw(
                "GET /metrics?collect[]=usage&collect[]=process HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            #expect(raw.hasPrefix("HTTP/1.1 200 ") && raw.contains("\nprocess_") && raw.contains("\nalgolia_usage_"))
            #expect(!raw.contains("algolia_exporter_") && !raw.contains("algolia_index_"))
            let one = try await page(web, "?collect%5B%5D=usage&application=OTHER")
            #expect(applications(one) == ["OTHER"] && groups(one) == [.usage])
        }
    }

    @Test("What is unknown is refused with the names that are known; parameters that are none of ours are not")
    func unknown() async throws {
        try await withServer(twoApplications()) { web in
            for name in ["app", "APP%20", "A", "%C3%A9", "APP%22", "%0A"] {
                let problem = try await web.get("/metrics?application=APP&application=\(name)")
                try problem.expectProblem(404, parameter: "application")
                #expect(problem.text.contains("APP, OTHER"))
            }
            for name in ["Usage", "usages", "usage,process", "go"] {
                let problem = try await web.get("/metrics?collect%5B%5D=\(name)")
                try problem.expectProblem(400, parameter: "collect[]")
                #expect(problem.text.contains("usage, indices, monitoring, capacity, exporter, process"))
            }
            try await web.get("/metrics?application=%FF").expectProblem(400, parameter: "application")
            try await web.get("/metrics?application=%00").expectProblem(400, parameter: "application")
            for query in ["?x=1", "?%FF=1", "?x=%FF", "?application=", "?=", "?collect=usage"] {
                #expect(try await applications(page(web, query)) == ["APP", "OTHER"], "\(query)")
            }
        }
    }

    @Test("An application that is no longer configured is unknown, though it is stored")
    func configured() async throws {
        try await withServer(twoApplications(configured: ["APP", "NEW"])) { web in
            #expect(try await applications(page(web, "?application=NEW")).isEmpty)
            let problem = try await web.get("/metrics?application=OTHER")
            try problem.expectProblem(404, parameter: "application")
            #expect(problem.text.contains("APP, NEW"))
        }
    }

    @Test("A part is compressed for those who accept it")
    func gzip() async throws {
        try await withServer(twoApplications()) { web in
            let answer = try await web.get(
                "/metrics?application=APP", headers: ["Accept-Encoding": "gzip"], decompress: true)
            #expect(try applications(ExpositionPage(answer.text)) == ["APP"])
            let raw = try await web.get("/metrics?application=APP", headers: ["Accept-Encoding": "gzip"])
            #expect(raw.header["Content-Encoding"] == ["gzip"] && raw.body.starts(with: [0x1F, 0x8B]))
        }
    }

    @Test("Every metric that is declared is in a group")
    func everyMetric() {
        let declared =
            MetricsReference.inventoryMetrics + MetricsReference.pageMetrics + MetricsReference.exporterMetrics
            + MetricsReference.contractMetrics + ProcessMetrics.all
        let statistics = (StatisticCatalogue.every).flatMap { statistic in
            [false, true].flatMap { MetricName(statistic, perIndex: $0).families }
        }
        for name in declared.map(\.name) + statistics {
            #expect(MetricGroup(metric: name.utf8) != nil, "\(name)")
        }
        #expect(declared.allSatisfy { !$0.labels.contains("application") || $0.labels.first == "application" })
    }
}

@Suite("A page of which a part is chosen")
struct PageSelectionTests {
    private func selected(_ selection: PageSelection, _ page: String) -> String {
        let bytes = Array(page.utf8)
        return String(decoding: bytes.withUnsafeBytes(selection.selected), as: UTF8.self)
    }

    private static let page = """
        # HELP algolia_usage_records h
        # TYPE algolia_usage_records gauge
        algolia_usage_records{application="A"} 1
        algolia_usage_records{application="AB",index="x"} 2
        # HELP algolia_exporter_wait_seconds h
        # TYPE algolia_exporter_wait_seconds gauge
        # UNIT algolia_exporter_wait_seconds seconds
        algolia_exporter_wait_seconds 3
        algolia_exporter_wait_seconds{api="application=\\"A\\""} 4
        # EOF

        """

    @Test("A family without samples has no head, and the end stays")
    func heads() {
        #expect(
            selected(PageSelection(applications: ["AB"], includesGlobal: false), Self.page) == """
                # HELP algolia_usage_records h
                # TYPE algolia_usage_records gauge
                algolia_usage_records{application="AB",index="x"} 2
                # EOF

                """)
        #expect(selected(PageSelection(applications: [], includesGlobal: false), Self.page) == "# EOF\n")
        #expect(selected(PageSelection(groups: [.capacity]), Self.page) == "# EOF\n")
        #expect(selected(PageSelection(), Self.page) == Self.page)
    }

    @Test("A label's value that looks like another label is a value")
    func values() {
        let rest = selected(PageSelection(applications: ["A"]), Self.page)
        #expect(
            rest
                == Self.page.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.contains(#""AB""#) }.joined(separator: "\n"))
        let page = "m{application=\"A\\\"\"} 1\nm{application=\"A\"} 2\nm{application=\"A\\\\\"} 3\n"
        #expect(selected(PageSelection(applications: [#"A""#]), page) == "m{application=\"A\\\"\"} 1\n")
        #expect(selected(PageSelection(applications: ["A"]), page) == "m{application=\"A\"} 2\n")
        #expect(selected(PageSelection(applications: [#"A\"#]), page) == "m{application=\"A\\\\\"} 3\n")
    }

    @Test(
        "Text that is cut off or no page at all is no error",
        arguments: ["", "\n", "#", "m{application=\"", "# HELP", "m"])
    func broken(page: String) {
        _ = selected(PageSelection(applications: ["A"], groups: [.usage], includesGlobal: false), page)
    }
}

@Suite("One target for each application")
struct ProbeTests {
    @Test("/probe shows one application and nothing about the process or the exporter as a whole")
    func probe() async throws {
        try await withServer(twoApplications()) { web in
            let answer = try await web.get("/probe?target=OTHER")
            #expect(answer.contentType.hasPrefix("text/plain; version=0.0.4"))
            let page = try ExpositionPage(answer.text)
            #expect(page.samples.keys.allSatisfy { $0.labels["application"] == "OTHER" })
            #expect(page.value("algolia_exporter_up", ["application": "OTHER"]) == .integer(2))
            #expect(groups(page) == [.usage, .indices, .exporter])
            let group = try ExpositionPage(await web.get("/probe?target=OTHER&collect%5B%5D=usage").text)
            #expect(groups(group) == [.usage])
            #expect(try await web.get("/probe?target=OTHER&module=x").status == 200)
        }
    }

    @Test("A target that is missing, unknown or given twice is refused")
    func wrong() async throws {
        try await withServer(twoApplications()) { web in
            for query in ["", "?target=", "?target", "?x=1", "?target=APP&target=OTHER"] {
                try await web.get("/probe\(query)").expectProblem(400, parameter: "target")
            }
            for name in ["X", "app", "..%2F", "%F0%9F%92%A5"] {
                let problem = try await web.get("/probe?target=\(name)")
                try problem.expectProblem(404, parameter: "target")
                #expect(problem.text.contains("APP, OTHER"))
            }
        }
    }

    private func targets(of paths: WebPaths, _ path: String, host: String) async throws -> JSON {
        var document: JSON?
        try await withServer(twoApplications(paths: paths)) { web in
            let answer = try await web.get(path, headers: ["Host": host])
            #expect(answer.contentType == "application/json")
            document = try answer.json()
        }
        return try #require(document)
    }

    @Test("/sd lists a target for each application, at the address that was asked")
    func discovery() async throws {
        let groups = try await targets(of: WebPaths(), "/sd", host: "localhost:1234").array ?? []
        #expect(groups.count == 2)
        for (group, id) in zip(groups, ["APP", "OTHER"]) {
            #expect(group["targets"]?.array?.compactMap(\.string) == ["localhost:1234"])
            #expect(
                group["labels"]?.object?.compactMapValues(\.string) == [
                    "__metrics_path__": "/probe", "__param_target": id, "__meta_algolia_application": id,
                ])
        }
    }

    @Test(
        "/sd uses --web.external-url and the prefix",
        arguments: [
            ("/p", nil, "/p/sd", "localhost:9", "/p/probe", nil),
            ("/", "https://x.example/a", "/sd", "x.example:443", "/a/probe", "https"),
            (nil, "http://x.example:81/a", "/a/sd", "x.example:81", "/a/probe", "http"),
            (nil, "http://[::1]/", "/sd", "[::1]:80", "/probe", "http"),
            (nil, "http://[::1]:7/", "/sd", "[::1]:7", "/probe", "http"),
        ] as [(String?, String?, String, String, String, String?)])
    func external(
        prefix: String?, url: String?, path: String, target: String, metrics: String, scheme: String?
    ) async throws {
        let paths = try WebPaths(routePrefix: prefix, externalURL: url, telemetryPath: nil)
        let group = try await targets(of: paths, path, host: "localhost:9").array?.first
        #expect(group?["targets"]?.array?.first?.string == target)
        #expect(group?["labels"]?["__metrics_path__"]?.string == metrics)
        #expect(group?["labels"]?["__scheme__"]?.string == scheme)
    }

    @Test("Without any host /sd says what is missing")
    func noHost() async throws {
        try await withServer(twoApplications()) { web in
            let answer = try await web.raw("GET /sd HTTP/1.0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400 ") || answer.hasPrefix("HTTP/1.0 400 "))
            #expect(answer.contains("--web.external-url"))
        }
    }

    @Test(
        "Prometheus takes what /sd lists", .enabled(if: Tool.isInstalled("promtool"), "promtool is not installed"))
    func promtool() async throws {
        try await withServer(twoApplications()) { web in
            let folder = TemporaryFolder()
            let file = folder.file("prometheus.yml")
            try """
            scrape_configs:
              - job_name: algolia
                http_sd_configs: [{ url: "http://127.0.0.1:\(web.port)/sd" }]
            """.write(toFile: file, atomically: true, encoding: .utf8)
            // It collects targets for that long, however soon they come; on a busy machine none may have come by then.
            let discovery = ["check", "service-discovery", "--timeout=5s", file, "algolia"]
            var outcome = try await Tool.run("promtool", discovery)
            for _ in 0..<60 where outcome.status == 0 && !outcome.output.contains("__param_target") {
                outcome = try await Tool.run("promtool", discovery)
            }
            #expect(outcome.status == 0, "\(outcome.output)")
            for id in ["APP", "OTHER"] { #expect(outcome.output.contains("\"__param_target\": \"\(id)\"")) }
            #expect(outcome.output.contains("/probe"))
            let page = try await web.get("/probe?target=APP")
            let check = try await Tool.run("promtool", ["check", "metrics"], input: page.body)
            #expect(check.status == 0 && check.output.isEmpty, "\(check.output)")
        }
    }
}
