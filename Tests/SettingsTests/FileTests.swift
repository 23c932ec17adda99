import Transport
import Foundation
import Settings
import Testing
import UsageModel

@Suite struct `A configuration file` {
    /// The example of the design, with other values than the defaults.
    let full = """
        applications:
          - id: MYAPPID
            usage_api_key_file: /run/secrets/usage        # or usage_api_key
            monitoring_api_key_file: /run/secrets/monitoring
            search_api_key_file: /run/secrets/search
            indices: { include: ["*"], exclude: ["tmp_*"] }
            clusters: [c4-fr, c11-jp]
            contract:
              search_requests_per_month: 50000000
              records: 10_000_000
              max_qps: 400.5
              indices: 1000
              recommend_requests_per_month: 3e6
              search_requests_per_year: 600e6
              records_per_year: 120e6
              start: 2026-02-15
              period_start_day: 15
              currency: EUR
              price_per_1000_search_requests: 0.45
              price_per_1000_records: 0.35
        endpoints:                                        # for tests and private gateways
          usage: http://127.0.0.1:8080/usage
          monitoring: https://status.example.com
          search: https://{application}.example.net
        polling: { interval: 1m30s, index_interval: 2h, settle_delay: 0, requests_per_minute: 30, timeout: 10s }
        backfill: { horizon: 2w }
        storage: { path: /var/lib/history.db, retention: { minutely: 7d, hourly: 20d, daily: 3650d } }
        metrics:
          staleness: { hourly: 4h, daily: 3d, minutely: 5m }
          include: ["algolia_usage_.*"]
          exclude: [".*_total"]
          max_series: 5_000
        proxy: { read_through: true }
        reports:
          time_zone: Europe/Berlin
          events:
            - { name: Black Friday, dates: [2025-11-28, 2026-11-27] }
            - { name: Summer sale, dates: [2026-07-01/2026-07-03] }
        remote_write: []
        """

    @Test func `gives every value of the full example`() throws {
        let settings = try SettingsLoader.parse(full, file: "exporter.yml")
        var application = ApplicationSettings(id: "MYAPPID", usageKey: .file("/run/secrets/usage"))
        application.monitoringKey = .file("/run/secrets/monitoring")
        application.searchKey = .file("/run/secrets/search")
        application.indices.exclude = ["tmp_*"]
        application.clusters = ["c4-fr", "c11-jp"]
        application.contract.searchRequestsPerMonth = 50_000_000
        application.contract.records = 10_000_000
        application.contract.maxQPS = 400.5
        application.contract.indices = 1000
        application.contract.recommendRequestsPerMonth = 3_000_000
        application.contract.searchRequestsPerYear = 600e6
        application.contract.recordsPerYear = 120e6
        application.contract.start = 20_499
        application.contract.periodStartDay = 15
        application.contract.currency = "EUR"
        application.contract.pricePer1000SearchRequests = 0.45
        application.contract.pricePer1000Records = 0.35
        var expected = Settings()
        expected.applications = [application]
        expected.requests.endpoints.usage = "http://127.0.0.1:8080/usage"
        expected.requests.endpoints.monitoring = "https://status.example.com"
        expected.requests.endpoints.search = "https://{application}.example.net"
        expected.collection.interval = 90
        expected.collection.indexInterval = 7200
        expected.collection.settleDelay = 0
        expected.requests.requestsPerMinute = 30
        expected.requests.timeout = 10
        expected.collection.horizon = 14 * 86_400
        expected.storage.path = "/var/lib/history.db"
        expected.storage.retention.minutely = 7 * 86_400
        expected.storage.retention.hourly = 20 * 86_400
        expected.storage.retention.daily = 3650 * 86_400
        expected.metrics.staleness.hourly = 4 * 3600
        expected.metrics.staleness.daily = 3 * 86_400
        expected.metrics.staleness.minutely = 300
        expected.metrics.maxSeries = 5000
        expected.readsThrough = true
        expected.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
        expected.events.add("Black Friday", 20_420...20_420)
        expected.events.add("Black Friday", 20_784...20_784)
        expected.events.add("Summer sale", 20_635...20_637)
        expected.metrics.include = ["algolia_usage_.*"]
        expected.metrics.exclude = [".*_total"]
        #expect(settings == expected)
    }

    @Test func `keeps several applications in their order`() throws {
        let yaml = """
            applications:
              - { id: ONE, usage_api_key: \(secret) }
              - { id: t-w_o2, usage_api_key_file: keys/two, search_api_key: other }
            """
        let settings = try SettingsLoader.parse(yaml, file: "exporter.yml")
        #expect(settings.applications.map(\.id) == ["ONE", "t-w_o2"])
        #expect(settings.applications.map(\.usageKey) == [.value(secret), .file("keys/two")])
        #expect(settings.applications[1].searchKey == .value("other"))
    }

    @Test(arguments: ["1234567890", "0x1234", "12345e6789", "null0", "'123'"])
    func `takes a key literally that looks like something else to YAML`(_ key: String) throws {
        let settings = try SettingsLoader.parse(
            "applications: [{ id: 12345, usage_api_key: \(key) }]", file: "exporter.yml")
        #expect(settings.applications.map(\.id) == ["12345"])
        #expect(settings.applications.map(\.usageKey) == [.value(key.filter { $0 != "'" })])
    }

    @Test func `may use anchors, Windows line ends and a byte order mark`() throws {
        let yaml = """
            \u{FEFF}applications:
              - { id: ONE, usage_api_key: \(secret), indices: &indices { exclude: ["tmp_*"] } }
              - { id: TWO, usage_api_key: \(secret), indices: *indices }
            """
        let settings = try SettingsLoader.parse(
            yaml.replacing("\n", with: "\r\n"), file: "exporter.yml")
        #expect(settings.applications.map(\.indices.exclude) == [["tmp_*"], ["tmp_*"]])
    }

    @Test func `may select no index at all`() throws {
        let yaml = "applications: [{ id: ONE, usage_api_key: \(secret), indices: { include: [] } }]"
        #expect(try SettingsLoader.parse(yaml, file: "exporter.yml").applications[0].indices.include == [])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "{}"])
    func `may be empty when no application is required`(_ yaml: String) throws {
        #expect(try SettingsLoader.parse(yaml, file: "exporter.yml", requireApplication: false) == Settings())
    }
}
