import Foundation
import Settings
import Synchronization
import TestSupport
import Testing
import UsageModel

@Suite("A reload of the configuration")
struct ReloadTests {
    /// A configuration that the test changes, and what became of it.
    private final class Site: Sendable {
        struct Refusal: Error, CustomStringConvertible {
            let description: String
        }

        private struct State {
            var text: String
            var refusal: String?
            var applied: [Settings] = []
            var isApplying = false
            var overlaps = 0
        }

        private let state: Mutex<State>
        let log = CapturedLog()
        let gauges = RecordedMetrics()
        let clock = VirtualClock(1_784_110_800)

        init(_ text: String) { state = Mutex(State(text: text)) }

        func write(_ text: String) { state.withLock { $0.text = text } }
        func refuse(_ reason: String?) { state.withLock { $0.refusal = reason } }
        var applied: [Settings] { state.withLock { $0.applied } }
        var overlaps: Int { state.withLock { $0.overlaps } }

        @Sendable func load() throws -> Settings {
            try SettingsLoader.parse(state.withLock { $0.text }, file: "exporter.yml", requireApplication: false)
        }

        @Sendable func apply(_ settings: Settings) async throws {
            let refusal = state.withLock { state in
                if state.isApplying { state.overlaps += 1 }
                state.isApplying = true
                return state.refusal
            }
            for _ in 0..<10 { await Task.yield() }
            state.withLock { state in
                state.isApplying = false
                if refusal == nil { state.applied.append(settings) }
            }
            if let refusal { throw Refusal(description: refusal) }
        }

        func reloader() throws -> ConfigurationReloader {
            ConfigurationReloader(
                try load(), load: load, apply: apply, metrics: gauges, clock: clock, logger: log.logger)
        }
    }

    private let successful = "algolia_exporter_config_last_reload_successful"
    private let time = "algolia_exporter_config_last_reload_success_timestamp_seconds"

    @Test("The configuration of the start counts as loaded")
    func start() throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        #expect(reloader.current.collection.interval == 60)
        #expect(site.gauges.values == [successful: 1, time: 1_784_110_800])
        #expect(site.applied.isEmpty)
    }

    @Test("What is right is put into force, then shown as the configuration")
    func right() async throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        site.write("polling: { interval: 2m }")
        site.clock.advance(by: 5)
        #expect(reloader.current.collection.interval == 60)
        try await reloader.reload()
        #expect(reloader.current.collection.interval == 120)
        #expect(site.applied.map(\.collection.interval) == [120])
        #expect(site.gauges.values == [successful: 1, time: 1_784_110_805])
        #expect(site.log.lines.contains { $0.contains("configuration loaded") && $0.contains("applications") })
    }

    @Test("What is wrong changes nothing: each problem is logged, and the old configuration stays")
    func wrong() async throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        site.write("polling: { interval: 2 minutes, timeout: 0 }")
        site.clock.advance(by: 5)
        await #expect(throws: SettingsError.self) { try await reloader.reload() }
        #expect(reloader.current.collection.interval == 60)
        #expect(site.applied.isEmpty)
        #expect(site.gauges.values == [successful: 0, time: 1_784_110_800])
        let errors = site.log.lines.filter { $0.hasPrefix("error ") }
        #expect(errors.count == 3)
        #expect(errors.first?.contains("exporter.yml:1:22: polling.interval: ") == true, "\(errors)")
        #expect(errors.last?.contains("configuration not loaded; continuing with the previous one") == true)
    }

    @Test("What cannot be put into force is not the configuration either; the next reload may succeed")
    func refused() async throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        site.write("polling: { interval: 2m }")
        site.refuse("no such certificate")
        await #expect(throws: Site.Refusal.self) { try await reloader.reload() }
        #expect(reloader.current.collection.interval == 60)
        #expect(site.gauges.values[successful] == 0)
        #expect(site.log.lines.contains { $0.contains("no such certificate") })
        site.refuse(nil)
        try await reloader.reload()
        #expect(reloader.current.collection.interval == 120)
        #expect(site.gauges.values[successful] == 1)
    }

    @Test("Another path of the database is not followed, and said to need a restart")
    func path() async throws {
        let site = Site("storage: { path: a.db }")
        let reloader = try site.reloader()
        try await reloader.reload()
        #expect(!site.log.lines.contains { $0.contains("restart") })
        site.write("storage: { path: b.db }")
        try await reloader.reload()
        #expect(
            site.log.lines.contains {
                $0.hasPrefix("warning storage.path changes only with a restart; continuing with a.db")
            })
    }

    @Test("Reloads that are asked for at once come one after the other")
    func inTurn() async throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try? await reloader.reload() } }
        }
        #expect(site.applied.count == 20)
        #expect(site.overlaps == 0)
    }

    @Test("A signal before the service runs is not lost")
    func signal() async throws {
        let site = Site("polling: { interval: 1m }")
        let reloader = try site.reloader()
        site.write("polling: { interval: 2m }")
        reloader.requestReload()
        let running = Task { try await reloader.run() }
        while reloader.current.collection.interval != 120 { await Task.yield() }
        running.cancel()
        try await running.value
    }
}

@Suite("The configuration as gauges")
struct ConfigurationGaugesTests {
    private func settings(_ applications: String, _ rest: String = "") throws -> Settings {
        try SettingsLoader.parse("applications: \(applications)\n\(rest)", file: "exporter.yml")
    }

    @Test("Limits that were agreed and the quota of this process, by application")
    func values() throws {
        let gauges = RecordedMetrics()
        let shown = ConfigurationGauges(metrics: gauges)
        let settings = try settings(
            """
            [{ id: ONE, usage_api_key: k, contract: { search_requests_per_month: 5e7, max_qps: 400, indices: 50 } },
             { id: TWO, usage_api_key: k, contract: { records: 1000 } }]
            """, "polling: { requests_per_minute: 30 }")
        shown.show(settings, shard: Shard("1/3"))
        #expect(
            gauges.values == [
                "algolia_contract_limit ONE search_requests_per_month": 5e7, "algolia_contract_limit ONE max_qps": 400,
                "algolia_contract_limit ONE indices": 50,
                "algolia_contract_limit TWO records": 1000,
                "algolia_exporter_requests_per_minute_limit ONE": 10,
                "algolia_exporter_requests_per_minute_limit TWO": 10,
            ])
    }

    @Test("What a new configuration does not have is not shown any more")
    func change() throws {
        let gauges = RecordedMetrics()
        let shown = ConfigurationGauges(metrics: gauges)
        shown.show(
            try settings("[{ id: ONE, usage_api_key: k, contract: { records: 1, max_qps: 2 } }]"), shard: nil)
        shown.show(try settings("[{ id: TWO, usage_api_key: k, contract: { records: 3 } }]"), shard: nil)
        #expect(
            gauges.values == [
                "algolia_contract_limit TWO records": 3, "algolia_exporter_requests_per_minute_limit TWO": 60,
            ])
    }
}
