import Exposition
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The limit of memory")
struct MemoryGateTests {
    // Fault (Clients): Queries and pages while the process takes more than `limits.memory` allows
    // Done: a limit below what it takes
    // Seen: 503 with `Retry-After`; scrapes, health and reloads are answered as ever; one warning
    // Lost: nothing
    @Test(
        "Past the limit, queries and pages are refused and counted; scrapes and health are not; below it all are served"
    )
    func limit() async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3]))
        let log = CapturedLog()
        let limit = Mutex(1)
        let exporter = Exporter.test(
            site.history, site.clock, registry: site.registry, logger: log.logger,
            memoryLimit: { limit.withLock(\.self) }
        ) { [] }
        try await withServer(exporter, logger: log.logger) { web in
            for path in ["/", "/explore", "/api/v1/range?statistic=records", "/api//v1/range", "/nowhere"] {
                let answer = try await web.get(path)
                #expect(answer.status == 503, "\(path)")
                #expect(answer.header["Retry-After"] == ["5"], "\(path)")
                #expect(answer.text.contains("short of memory"))
            }
            let usage = try await web.get("/1/usage/records?startDate=2026-07-01T00:00:00Z")
            #expect(usage.status == 503)
            #expect(usage.text == #"{"status":503,"message":"the exporter is short of memory; try again"}"#)
            for path in [
                "/metrics", "/metrics?collect[]=usage", "//metrics", "/health", "/-/healthy", "/sd", "/style.css",
            ] {
                #expect(try await web.get(path).status != 503, "\(path)")
            }
            #expect(site.registry.value(of: HTTPMetric.rejections, "memory") == 6)
            #expect(log.lines.count { $0.contains("of limits.memory (0 MB) are in use; refusing") } == 1)

            limit.withLock { $0 = .max }
            #expect(try await web.get("/api/v1/range?statistic=records").status == 200)
            #expect(site.registry.value(of: HTTPMetric.rejections, "memory") == 6)
        }
    }

    @Test("What is under way may take a quarter of the limit; more is refused until some of it has ended")
    func shares() throws {
        let registry = MetricsRegistry()
        let log = CapturedLog()
        // Above what a process of a thousand tests takes.
        let gate = MemoryGate({ 100_000_000_000 }, Rejections(registry), logger: log.logger)
        var first = gate.admit(15_000_000_000)
        let second = gate.admit(10_000_000_000)
        #expect(first != nil && second != nil)
        #expect(gate.admit(1) == nil)
        #expect(registry.value(of: HTTPMetric.rejections, "memory") == 1)
        #expect(log.lines.count { $0.contains("requests under way may take what is left of limits.memory") } == 1)
        first = nil
        #expect(gate.admit(15_000_000_000) != nil)
        #expect(gate.admit(15_000_000_000) != nil, "the one before has ended")
        #expect(gate.admit(15_000_000_001) == nil)
        withExtendedLifetime(second) {}
    }

    @Test("A request gives its share back, however it ends")
    func ends() async throws {
        let site = try Site()
        // Grows with what the other tests take.
        let limit = { @Sendable () -> Int in ProcessMemory.current().resident * 2 }
        let exporter = Exporter.test(site.history, site.clock, registry: site.registry, memoryLimit: limit) { [] }
        try await withServer(exporter) { web in
            var given = 0
            repeat {
                let answers = try await [web.get("/nowhere"), web.send("HEAD", "/indices")]
                try #require(answers.map(\.status) == [404, 200])
                given += 2 * Endpoint.memoryOfWhole
            } while given <= limit() / 4
            let answer = try await web.get("/indices")
            #expect(answer.status == 200)
        }
    }
}
