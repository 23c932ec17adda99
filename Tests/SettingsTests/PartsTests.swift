import Transport
import Foundation
import Settings
import Testing
import UsageModel

@Suite("What the parts of the exporter take from the settings")
struct PartsTests {
    private func settings(_ rest: String = "") throws -> Settings {
        try SettingsLoader.parse(
            """
            applications:
              - id: ONE
                usage_api_key: \(secret)
                indices: { include: ["shop_*"] }
                contract: { records: 7 }
              - { id: TWO, usage_api_key: \(secret) }
            \(rest)
            """, file: "exporter.yml")
    }

    @Test("An application is collected as `polling` and `backfill` say, with its own indices")
    func collection() throws {
        let settings = try settings(
            "polling: { interval: 1m, index_interval: 2h, settle_delay: 3h }\nbackfill: { horizon: 7d }")
        let collection = settings.collection(of: settings.applications[0], shard: nil)
        #expect(collection.interval == 60)
        #expect(collection.indexInterval == 7200)
        #expect(collection.settleDelay == 10_800)
        #expect(collection.horizon == 7 * 86_400)
        #expect(collection.indices.include == ["shop_*"])
        #expect(collection.shard == nil)
        #expect(settings.collection(of: settings.applications[1], shard: nil).indices == IndexFilter())
    }

    @Test(
        "Status is asked for without a key unless a gateway stands for usage alone",
        arguments: [
            ("", true), ("endpoints: { search: https://a.example }", true),
            ("endpoints: { usage: https://a.example }", false),
            ("endpoints: { usage: https://a.example, monitoring: https://b.example }", true),
            ("endpoints: { usage: https://a.example, monitoring: https://status.algolia.com }", true),
            ("endpoints: { usage: https://usage.algolia.com }", true),
        ])
    func gateway(rest: String, isAllowed: Bool) throws {
        #expect(try settings(rest).requests.endpoints.allowsStatusWithoutKey == isAllowed)
    }

    @Test("Processes that share an application share its quota; each keeps at least one request a minute")
    func shards() throws {
        let settings = try settings("polling: { requests_per_minute: 10, timeout: 5s }")
        let third = try #require(Shard("2/3"))
        #expect(settings.requests(shard: nil).requestsPerMinute == 10)
        #expect(settings.requests(shard: third).requestsPerMinute == 3)
        #expect(settings.requests(shard: third).timeout == 5)
        #expect(settings.requests(shard: Shard("1/50")).requestsPerMinute == 1)
        #expect(settings.collection(of: settings.applications[0], shard: third).shard == third)
    }

    @Test(
        "Servers are asked for once a minute, less often where that took more than a quarter of the quota",
        arguments: [(60, 60), (12, 60), (6, 120), (1, 720)])
    func monitoring(quota: Int, interval: Int64) throws {
        let settings = try settings("polling: { requests_per_minute: \(quota) }")
        #expect(settings.collection(of: settings.applications[0], shard: nil).monitoringInterval == interval)
    }

    @Test(
        "The limit of memory is a size with a unit",
        arguments: [
            ("96MB", 96_000_000), ("1 GB", 1_000_000_000), ("128MiB", 134_217_728), ("2GiB", 2_147_483_648),
        ])
    func memory(text: String, bytes: Int) throws {
        #expect(try settings("limits: { memory: \(text) }").memoryLimit == bytes)
        #expect(try settings("").memoryLimit == 512_000_000)
    }

    @Test("/metrics shows the configured applications alone, each with its indices")
    func metrics() throws {
        let shown = try settings("metrics: { max_series: 9, exclude: [a.*] }").shownMetrics
        #expect(shown.maxSeries == 9)
        #expect(shown.exclude == ["a.*"])
        #expect(shown.include == [".*"])
        #expect(shown.applications == ["ONE": IndexFilter(include: ["shop_*"]), "TWO": IndexFilter()])
    }

    @Test("Each application has its own contract")
    func contracts() throws {
        #expect(try settings().contracts == ["ONE": Contract(records: 7), "TWO": Contract()])
    }

    @Test("What is kept for ever has no retention")
    func retention() throws {
        #expect(try settings().storage.retention.seconds == [.minutely: 30 * 86_400])
        #expect(
            try settings("storage: { retention: { hourly: 100d, daily: 400d } }").storage.retention.seconds
                == [.minutely: 30 * 86_400, .hourly: 100 * 86_400, .daily: 400 * 86_400])
    }

    @Test("Options that are not configured are those of the parts themselves")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.requests == RequestOptions())
        #expect(settings.collection == CollectionSettings())
        #expect(settings.metrics == MetricsOptions())
        let receiver = try #require(
            try SettingsLoader.parse(
                withApplication("remote_write:\n  - { url: \"http://a/\", name: a }"), file: "exporter.yml"
            ).remoteWrite.first)
        #expect(receiver == RemoteWriteDestination(name: "a", url: "http://a/"))
    }

    @Test("0 as the age limit of samples is none")
    func ageLimit() throws {
        func limit(_ text: String) throws -> Int64? {
            try SettingsLoader.parse(
                withApplication(
                    "remote_write:\n  - { url: \"http://a/\", queue_config: { sample_age_limit: \(text) } }"),
                file: "exporter.yml"
            ).remoteWrite.first?.sampleAgeLimit
        }
        #expect(try limit("0") == nil)
        #expect(try limit("0s") == nil)
        #expect(try limit("1s") == 1)
    }

    @Test(
        "A time zone has a name of the IANA database, and nothing else that Foundation takes",
        arguments: [
            ("UTC", true), ("Europe/Berlin", true), ("America/Argentina/Buenos_Aires", true), ("CET", false),
            ("GMT+2", false), ("Europe/Nowhere", false), ("", false), ("europe", false),
        ])
    func timeZone(name: String, isAccepted: Bool) {
        #expect((TimeZoneName.zone(name) != nil) == isAccepted)
    }
}
