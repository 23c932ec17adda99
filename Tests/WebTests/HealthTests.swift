import AlgoliaClient
@testable import Collector
import Foundation
import History
import Simulator
import TestSupport
import Testing
import UsageModel
import Web

@Suite("Health")
struct HealthTests {
    @Test("The process is alive from the start, under both spellings", arguments: ["/health", "/-/healthy"])
    func health(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let answers = try await [web.get(path), web.send("HEAD", path)]
            #expect(answers.map(\.status) == [200, 200])
        }
    }

    @Test("It is ready once first answers are stored, and says why it is not", arguments: ["/ready", "/-/ready"])
    func ready(path: String) async throws {
        let metered = try MeteredWorld(indices: ["products"], faults: Faults(injected: [Fault(.status(503))]))
        try await withServer(metered.exporter) { web in
            let empty = try await web.get(path)
            #expect(empty.status == 503)
            #expect(empty.text.contains("no data is stored yet"))
            for _ in 0..<3 { _ = await metered.collector.step() }
            let failing = try await web.get(path)
            #expect(failing.status == 503)
            #expect(failing.text.contains("APP: ") && failing.text.contains("503"), "\(failing.text)")
            #expect(try await web.send("HEAD", path).status == 503)
            metered.world.simulator.faults = Faults()
            #expect(try await metered.settle())
            #expect(try await web.get(path).status == 200)
        }
    }

    @Test("It repeats nothing that the vendor said", arguments: ["/ready", "/-/ready"])
    func words(path: String) async throws {
        let site = try Site()
        let exporter = site.exporter { [.failing("403 <b>Invalid key 0123456789abcdef</b>")] }
        try await withServer(exporter) { web in
            let answer = try await web.get(path)
            #expect(answer.status == 503 && answer.text.contains("APP: the newest request failed, retrying (403)"))
            #expect(!answer.text.contains("Invalid") && !answer.text.contains("0123"))
        }
    }

    enum Accident: String, CaseIterable, Sendable { case deleted, replaced, overwritten, truncated }

    @Test(
        "Whatever happens to the database file shows everywhere, and nothing answers 500", arguments: Accident.allCases)
    func file(accident: Accident) async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3]))
        let log = CapturedLog()
        let watch = HistoryWatch(
            history: site.history, clock: site.clock, metrics: site.registry, logger: log.logger)
        try await withServer(site.exporter) { web in
            #expect(try await web.get("/ready").status == 200)
            #expect(try await web.get("/metrics").text.contains(#"algolia_exporter_database_state{state="good"} 1"#))
            let path = site.history.path
            switch accident {
            case .deleted: try FileManager.default.removeItem(atPath: path)
            case .replaced:
                try await site.history.backUp(to: path + ".copy")
                #expect(rename(path + ".copy", path) == 0)
            case .overwritten:
                let handle = try #require(FileHandle(forWritingAtPath: path))
                try handle.write(contentsOf: Data(repeating: 0x78, count: 4096))
                try handle.close()
            case .truncated: #expect(truncate(path, 0) == 0)
            }
            let known = watch.check(nil)
            // A page is made once a second at the most.
            site.clock.advance(by: 1)
            let ready = try await web.get("/ready")
            #expect(ready.status == 503 && ready.text.hasPrefix("not ready: database \(path)"), "\(ready.text)")
            let words = try #require(ready.text.firstRange(of: "; writing has stopped"))
            let sentence = String(ready.text[..<words.lowerBound].dropFirst("not ready: ".count))
            let metrics = try await web.get("/metrics")
            #expect(metrics.status == 200)
            #expect(metrics.text.contains(#"algolia_exporter_database_state{state="\#(known?.name ?? "")"} 1"#))
            #expect(metrics.text.contains(#"algolia_exporter_database_state{state="good"} 0"#))
            let page = try await web.get("/collector")
            #expect(page.status == 200 && page.text.contains(sentence), "\(sentence)")
            let status = try await web.get("/api/v1/status")
            #expect(status.status == 200 && status.text.contains(#""\#(known?.name ?? "")""#), "\(status.text)")
            #expect(try await web.get("/").status == 200)
            #expect(try await web.get("/health").status == 200)
            // Said once.
            _ = watch.check(known)
            #expect(log.lines.count { $0.contains(sentence) } == 1)
        }
    }

    @Test("After a restart with the vendor down it is ready, and everything comes from the history")
    func restart() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        #expect(try await metered.settle())
        try metered.history.close()
        metered.world.simulator.faults.injected = [Fault(.status(503))]

        let history = try metered.world.openHistory()
        let collector = try metered.world.collector(history)
        metered.world.clock.advance(by: 600)
        for _ in 0..<3 { _ = await collector.step() }
        let exporter = Exporter.test(history, metered.world.clock) { [metered] in
            _ = metered
            return [await collector.status()]
        }
        try await withServer(exporter) { web in
            for path in ["/ready", "/-/ready", "/health"] { #expect(try await web.get(path).status == 200) }
            #expect(await collector.status().lastError != nil)
            let page = try ExpositionPage(await web.get("/metrics").text)
            #expect(page.value("algolia_usage_records") != nil)
            let range = try await web.range(["statistic": "records", "end": "2026-07-15T10:00:00Z"]).json()
            #expect(try range.series()[0].points().count == 24)
            #expect(try await web.get("/api/v1/latest").json().series().count > 78)
        }
    }
}

extension ApplicationStatus {
    /// An application whose newest request failed.
    fileprivate static func failing(_ error: String) -> ApplicationStatus {
        ApplicationStatus(
            application: "APP", state: .current, pausedUntil: nil, lastSuccess: nil, lastError: error,
            lastErrorTime: nil, indices: 0, hasNothing: false, remaining: [:], desired: [:], refused: [:], failing: [],
            keys: [.usage], quota: TokenBucket.Use(requestsPerMinute: 60, sentInLastMinute: 0))
    }
}
