import CoreMetrics
import Testing
import UsageModel

@testable import Exposition

@Suite("Filters of families")
struct MetricFilterTests {
    @Test(
        "A family is shown when any include and no exclude matches its whole name",
        arguments: [
            ([".*"], [], "algolia_usage_records", true),
            (["algolia_usage"], [], "algolia_usage_records", false),
            (["algolia_usage_.*"], [], "algolia_usage_records", true),
            (["usage_.*"], [], "algolia_usage_records", false),
            (["a", "algolia_.*"], [], "algolia_usage_records", true),
            (["x|algolia_usage_records"], [], "algolia_usage_records", true),
            (["a|algolia_usage_records_more"], [], "algolia_usage_records", false),
            ([".*"], ["algolia_usage_record"], "algolia_usage_records", true),
            ([".*"], ["x", "algolia_(index_)?usage_.*"], "algolia_usage_records", false),
            ([], [], "algolia_usage_records", false),
            ([".*_total"], [], "process_cpu_seconds_total", true),
            (["process_cpu_seconds"], [], "process_cpu_seconds_total", false),
        ] as [([String], [String], String, Bool)])
    func patterns(include: [String], exclude: [String], name: String, isShown: Bool) throws {
        let filter = try MetricFilter(include: include, exclude: exclude)
        #expect(filter.shows(name) == isShown)
        #expect(filter.shows(name) == isShown, "the second answer comes from the cache")
    }

    @Test("No pattern takes long, however it repeats", arguments: ["([a-z_]+)+!", "(.*)*!", "(a|aa|_|[a-z])+!"])
    func hostile(pattern: String) throws {
        let name = "algolia_" + String(repeating: "usage_records_", count: 100)
        #expect(try MetricFilter(include: [".*"], exclude: [pattern]).shows(name))
        #expect(try !MetricFilter(include: [pattern], exclude: []).shows(name))
    }

    @Test("A pattern that is none is refused")
    func refused() {
        #expect(throws: (any Error).self) { try MetricFilter(include: ["("], exclude: []) }
        #expect(throws: (any Error).self) { try MetricFilter(include: [".*"], exclude: ["*"]) }
    }

    @Test(
        "The writer passes over what is not shown, and counts the samples of what is",
        arguments: ExpositionFormat.allCases)
    func writer(format: ExpositionFormat) throws {
        var writer = ExpositionWriter(
            format, filter: try MetricFilter(include: [".*"], exclude: ["hidden_total", "d_.*"]))
        writer.family("hidden_total", .counter, help: "h")
        writer.sample(.init(), .integer(1))
        writer.family("shown", .gauge, help: "h")
        writer.sample(.init(), .integer(2))
        writer.sample(.init(["a": "b"]), .integer(3))
        let registry = MetricsRegistry()
        Recorder(label: "d_seconds", dimensions: [], aggregate: true, factory: registry).record(1.0)
        registry.write(to: &writer)
        #expect(writer.samples == 2)
        let page = String(decoding: writer.bytes, as: UTF8.self)
        #expect(page == "# HELP shown h\n# TYPE shown gauge\nshown 2\nshown{a=\"b\"} 3\n")
    }

    @Test("A histogram is one family, with all its parts")
    func histogram() throws {
        var writer = ExpositionWriter(.text, filter: try MetricFilter(include: ["d_seconds"], exclude: []))
        let registry = MetricsRegistry()
        Recorder(label: "d_seconds", dimensions: [], aggregate: true, factory: registry).record(1.0)
        registry.write(to: &writer)
        #expect(writer.samples == MetricsRegistry.bounds.count + 3)
    }
}
