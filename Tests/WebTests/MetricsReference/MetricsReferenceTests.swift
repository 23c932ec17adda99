import AlgoliaClient
import Collector
import Foundation
import Exposition
import Output
import PrometheusModel
import RemoteStorage
import Settings
import Testing
import UsageModel

@testable import Web

@Suite("docs/metrics.md")
struct MetricsReferenceTests {
    @Test("It is what the catalogue says; with UPDATE_DOCS=1 it is written")
    func page() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "docs/metrics.md")
        let generated = MetricsReference.markdown()
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try generated.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == generated
        #expect(isCurrent, "docs/metrics.md is out of date: run make docs")
    }

    @Test("Every metric that is declared is described")
    func declared() {
        let described =
            MetricsReference.inventoryMetrics + MetricsReference.pageMetrics
            + MetricsReference.exporterMetrics + MetricsReference.contractMetrics
            + MetricsReference.compatibilityMetrics
        let declared =
            RequestMetrics.all + CollectorMetric.all + RemoteWriteMetric.all + ExporterMetric.all
            + ConfigurationMetric.all + LogMetric.all + HTTPMetric.all
        #expect(Set(declared).subtracting(described).isEmpty)
        #expect(described.allSatisfy { $0.meaning != nil })
        #expect(Set(described.map(\.name)).count == described.count)
    }
}
