import Settings
import Testing

@Suite struct `A wrong value stops the start with its place` {
    private static let duration = "expected a number with a unit such as 30s, 5m, 2h or 90d"
    private static let date =
        "expected a date such as 2026-11-27, or the first and last day such as 2026-07-01/2026-07-14"
    private static let url = "expected an http or https URL such as https://usage.algolia.com, {application} allowed"

    /// The text from line 4 on, after a complete application, and the complaint.
    @Test(arguments: [
        ("polling:\n  interval: 5 minutes", "5:13: polling.interval: \"5 minutes\" is not a duration; \(duration)"),
        ("polling: { interval: 300 }", "4:22: polling.interval: \"300\" is not a duration; \(duration)"),
        ("polling: { interval: -5m }", "4:22: polling.interval: \"-5m\" is not a duration; \(duration)"),
        ("polling: { interval: [5m] }", "4:22: polling.interval: a list is not one value; \(duration)"),
        ("polling: { interval: }", "4:22: polling.interval: it has no value; \(duration)"),
        ("polling: { interval: 9s }", "4:22: polling.interval: 9s is too short; expected at least 10s"),
        ("polling: { index_interval: 59s }", "4:28: polling.index_interval: 59s is too short; expected at least 1m"),
        ("polling: { timeout: 0 }", "4:21: polling.timeout: 0 is too short; expected at least 1s"),
        ("polling: { settle_delay: 99999d }", "4:26: polling.settle_delay: 99999d is too long; expected at most 3650d"),
        ("backfill: { horizon: 23h }", "4:22: backfill.horizon: 23h is too short; expected at least 1d"),
        ("backfill: { horizon: 3651d }", "4:22: backfill.horizon: 3651d is too long; expected at most 3650d"),
        (
            "storage: { retention: { minutely: 23h } }",
            "4:35: storage.retention.minutely: 23h is too short; expected at least 1d"
        ),
        (
            "storage: { retention: { hourly: 89d } }",
            "4:33: storage.retention.hourly: 89d is shorter than what is collected (90d); expected at least 90d, or remove the key to keep all hourly points"
        ),
        (
            "storage: { retention: { daily: 364d } }",
            "4:32: storage.retention.daily: 364d is shorter than what is collected (365d); expected at least 365d, or remove the key to keep all daily points"
        ),
        (
            "metrics: { max_series: 0 }",
            "4:24: metrics.max_series: 0 is too small; expected a whole number of at least 1"
        ),
        ("limits: { memory: 63MB }", "4:19: limits.memory: 63MB is too small; expected at least 96MB"),
        ("limits: { memory: 9999GiB }", "4:19: limits.memory: 9999GiB is too large; expected at most 1000GB"),
        (
            "limits: { memory: 512000000 }",
            "4:19: limits.memory: \"512000000\" is not a size; expected a whole number with a unit such as 512MB, 2GB, 512MiB or 2GiB"
        ),
        (
            "limits: { memory: -1MB }",
            "4:19: limits.memory: \"-1MB\" is not a size; expected a whole number with a unit such as 512MB, 2GB, 512MiB or 2GiB"
        ),
        (
            "metrics: { staleness: { daily: 0s } }",
            "4:32: metrics.staleness.daily: 0s is too short; expected at least 1s"
        ),
        (
            "polling: { requests_per_minute: 0 }",
            "4:33: polling.requests_per_minute: 0 is too small; expected a whole number of at least 1"
        ),
        (
            "polling: { requests_per_minute: 1.5 }",
            "4:33: polling.requests_per_minute: \"1.5\" is not a whole number; expected a whole number of at least 1"
        ),
        ("storage: { path: \" \" }", "4:18: storage.path: it is empty; expected the path of the SQLite database"),
        (
            "reports: { events: [{ name: sale, dates: [2026-02-30] }] }",
            "4:43: reports.events[0].dates[0]: \"2026-02-30\" is not a date; \(date)"
        ),
        (
            "reports: { events: [{ name: sale, dates: [2026-02-03T00:00:00Z] }] }",
            "4:43: reports.events[0].dates[0]: \"2026-02-03T00:00:00Z\" is not a date; \(date)"
        ),
        (
            "reports: { events: [{ name: sale, dates: [2026-02-03/2026-02-01] }] }",
            "4:43: reports.events[0].dates[0]: \"2026-02-03/2026-02-01\" ends before it begins; \(date)"
        ),
        (
            "reports: { events: [{ name: sale, dates: 2026-02-03 }] }",
            "4:42: reports.events[0].dates: a single value is not a list; expected a list of dates such as [a, b]"
        ),
        (
            "reports: { events: [{ dates: [2026-02-03] }] }",
            "4:21: reports.events[0]: name is missing; expected the event's name, such as Black Friday"
        ),
        (
            "reports: { events: [{ name: sale }] }",
            "4:21: reports.events[0]: dates is missing; expected a list such as [2026-11-27]"
        ),
        (
            "reports: { events: [{ name: \" \", dates: [2026-02-03] }] }",
            "4:29: reports.events[0].name: \" \" is not a name; expected a name of visible characters and spaces, at most 200 bytes"
        ),
        (
            "reports: { events: [{ name: sale, dates: [2024-01-01/2026-09-27] }] }",
            "4:20: reports.events: the events have 1001 days; expected at most 1000"
        ),
        ("storage: [data]", "4:10: storage: a list is not a mapping; expected keys with values such as key: value"),
        (
            "metrics: { include: algolia_.* }",
            "4:21: metrics.include: a single value is not a list; expected a list of regular expressions such as [a, b]"
        ),
        (
            "metrics:\n  exclude:\n    - ok\n    - (algolia",
            "7:7: metrics.exclude[1]: \"(algolia\" is not a regular expression: \"(algolia\" is a group that is not closed"
        ),
        (
            "metrics: { include: ['algolia(?=_)'] }",
            "4:22: metrics.include[0]: \"algolia(?=_)\" is not a regular expression: \"(?=\" is a lookahead, which is not supported"
        ),
        (
            "endpoints: { usage: usage.algolia.com }",
            "4:21: endpoints.usage: \"usage.algolia.com\" is not an http or https URL; \(url)"
        ),
        (
            "endpoints: { usage: ftp://host }",
            "4:21: endpoints.usage: \"ftp://host\" is not an http or https URL; \(url)"
        ),
        ("endpoints: { usage: https:/// }", "4:21: endpoints.usage: the URL has no host; \(url)"),
        ("endpoints: { usage: https://host?a=b }", "4:21: endpoints.usage: the URL has a query or fragment; \(url)"),
        ("endpoints: { usage: http://host:0 }", "4:21: endpoints.usage: the port is not between 1 and 65535; \(url)"),
        ("endpoints: { usage: https://user@host }", "4:21: endpoints.usage: the URL has a user or password; \(url)"),
        (
            "endpoints: { search: \"https://{app}.net\" }",
            "4:22: endpoints.search: \"https://{app}.net\" is not an http or https URL; \(url)"
        ),
        (
            "proxy: { read_through: maybe }",
            "4:24: proxy.read_through: \"maybe\" is neither true nor false; expected true or false"
        ),
        (
            "reports: { time_zone: Mars/Olympus }",
            "4:23: reports.time_zone: \"Mars/Olympus\" is not a time zone; expected \(TimeZoneName.accepted)"
        ),
        (
            "reports: { time_zone: CET }",
            "4:23: reports.time_zone: \"CET\" is not a time zone; expected \(TimeZoneName.accepted)"
        ),
        (
            "remote_write: { url: http://host }",
            "4:15: remote_write: a mapping is not a list; expected a list of receivers such as [a, b]"
        ),
    ])
    func `in the file`(_ yaml: String, _ complaint: String) {
        #expect(complaints(withApplication(yaml)) == ["exporter.yml:\(complaint)"])
    }

    @Test func `for all problems at once, in the order of the file`() {
        let yaml = """
            polling: { intervall: 5m, timeout: 0s }
            applications:
              - id: A B
              - usage_api_key: \(secret)
            metrics: { include: ["["] }
            """
        #expect(
            complaints(yaml, environment: ["ALGOLIA_SEARCH_API_KEY": "a b"]).map { $0.prefix { $0 != " " } }
                == [
                    "exporter.yml:1:12:", "exporter.yml:1:36:", "exporter.yml:3:5:", "exporter.yml:3:9:",
                    "exporter.yml:4:5:", "exporter.yml:5:22:", "environment:",
                ])
    }
}
