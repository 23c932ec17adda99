import Exposition
import Foundation
import History
import PrometheusModel
import RemoteStorage
import Snappy
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("Labels that the configuration adds to applications")
struct ApplicationLabelTests {
    private static let value = "a\"b\\c\né"

    /// Two applications, of which one has labels, that may change.
    private func withSite(
        _ body: (WebClient, CurrentLabels) async throws -> Void
    ) async throws {
        let site = try Site()
        for application in ["APP", "OTHER"] as [ApplicationID] {
            try await site.store(application: application, index: "products", hours(from: midnight + 9 * 3600, [5]))
        }
        site.registry.makeMeterForTest("APP")
        let labels = CurrentLabels(
            ApplicationLabels(["APP": ["application_name": "Shop", "team": Self.value], "OTHER": ["team": "x"]]))
        let exporter = Exporter.test(
            site.history, site.clock, registry: site.registry,
            options: {
                var options = MetricsOptions()
                options.labels = labels.value
                return options
            }
        ) {
            _ = site
            return []
        }
        try await withServer(exporter) { try await body($0, labels) }
    }

    /// Labels that change while the exporter runs.
    private final class CurrentLabels: Sendable {
        private let current: Mutex<ApplicationLabels>

        init(_ labels: ApplicationLabels) { current = Mutex(labels) }

        var value: ApplicationLabels {
            get { current.withLock { $0 } }
            set { current.withLock { $0 = newValue } }
        }
    }

    private func page(_ web: WebClient, _ path: String = "/metrics") async throws -> ExpositionPage {
        let answer = try await web.get(path)
        #expect(answer.status == 200, "\(answer.text)")
        return try ExpositionPage(answer.text)
    }

    @Test("They are on every metric of that application and on no other")
    func metrics() async throws {
        try await withSite { web, _ in
            for path in ["/metrics", "/probe?target=APP"] {
                let page = try await page(web, path)
                #expect(page.samples.keys.contains { $0.name == "algolia_exporter_up" })
                for series in page.samples.keys {
                    let expected: [String?] =
                        switch series.labels["application"] {
                        case "APP": ["Shop", Self.value]
                        case "OTHER": [nil, "x"]
                        default: [nil, nil]
                        }
                    #expect([series.labels["application_name"], series.labels["team"]] == expected, "\(series)")
                }
            }
        }
    }

    @Test("A change shows at the next scrape and the next remote read")
    func change() async throws {
        try await withSite { web, labels in
            #expect(try await page(web).samples.keys.contains { $0.labels["team"] == Self.value })
            #expect(try await read(web, "team", "x").count == 1)
            labels.value = ApplicationLabels(["APP": ["team": "new"]])
            let page = try await page(web)
            #expect(Set(page.samples.keys.compactMap { $0.labels["team"] }) == ["new"])
            #expect(page.samples.keys.allSatisfy { $0.labels["application_name"] == nil })
            #expect(try await read(web, "team", "x").isEmpty)
            #expect(try await read(web, "team", "new").count == 1)
        }
    }

    /// The labels of the series that a remote read with one matcher finds.
    private func read(_ web: WebClient, _ name: String, _ value: String) async throws -> [[String: String]] {
        let query = Prometheus_Query.with {
            $0.startTimestampMs = .min
            $0.endTimestampMs = .max
            $0.matchers = [
                .with {
                    $0.type = .eq
                    $0.name = name
                    $0.value = value
                }
            ]
        }
        let body = Snappy.compress(try Prometheus_ReadRequest.with { $0.queries = [query] }.serializedBytes())
        let answer = try await web.send("POST", "/api/v1/read", body: body)
        #expect(answer.status == 200)
        let response = try Prometheus_ReadResponse(
            serializedBytes: Snappy.decompress(answer.body, limit: 1 << 20))
        return response.results[0].timeseries.map { series in
            #expect(series.labels.map(\.name) == series.labels.map(\.name).sorted())
            return Dictionary(series.labels.map { ($0.name, $0.value) }) { first, _ in first }
        }
    }

    @Test("Remote read finds series by them")
    func remoteRead() async throws {
        try await withSite { web, _ in
            let found = try await read(web, "team", Self.value)
            #expect(
                found == [
                    [
                        "__name__": "algolia_index_usage_records", "application": "APP", "application_name": "Shop",
                        "index": "products", "team": Self.value,
                    ]
                ])
            #expect(try await read(web, "team", "").isEmpty)
        }
    }

    @Test("/metrics takes them as filters, several together")
    func filter() async throws {
        try await withSite { web, _ in
            func applications(_ query: String) async throws -> Set<String> {
                Set(try await page(web, "/metrics?" + query).samples.keys.compactMap { $0.labels["application"] })
            }
            let value = WebClient.encode("team=\(Self.value)")
            #expect(try await applications("label=\(value)") == ["APP"])
            #expect(try await applications("label=team%3Dx") == ["OTHER"])
            #expect(try await applications("label=application_name=Shop&label=\(value)") == ["APP"])
            #expect(try await applications("label=team=x&label=\(value)").isEmpty)
            #expect(try await applications("label=application=APP&application=APP") == ["APP"])
            for wrong in ["team", "nope=x", "=x", "Team=x", "index=products"] {
                let problem = try await web.get("/metrics?label=\(wrong)")
                try problem.expectProblem(400, parameter: "label")
                #expect(problem.text.contains("application, application_name, team"), "\(problem.text)")
            }
            try await web.get("/metrics?label=team=y").expectProblem(404, parameter: "label")
        }
    }

    @Test("/sd has them for relabelling")
    func discovery() async throws {
        try await withSite { web, _ in
            let groups = try await web.get("/sd").json().array ?? []
            #expect(groups.count == 2)
            #expect(groups.first?["labels"]?["__meta_algolia_application_name"]?.string == "Shop")
            #expect(groups.first?["labels"]?["__meta_algolia_label_team"]?.string == Self.value)
            #expect(groups.last?["labels"]?["__meta_algolia_application_name"] == nil)
        }
    }

    @Test("No label of a metric can be added a second time")
    func reserved() {
        let declared =
            MetricsReference.inventoryMetrics + MetricsReference.pageMetrics + MetricsReference.exporterMetrics
            + MetricsReference.contractMetrics
        let shapes = StatisticCatalogue.every.compactMap(\.shape.label) + ["index", "status", "key", "le"]
        #expect(Set(declared.flatMap(\.labels) + shapes).subtracting(ApplicationLabels.reserved).isEmpty)
    }
}

extension MetricsRegistry {
    /// The gauge of an application.
    fileprivate func makeMeterForTest(_ application: String) {
        _ = makeMeter(label: "algolia_exporter_up", dimensions: [("application", application)])
    }
}
