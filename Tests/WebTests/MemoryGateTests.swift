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
}
