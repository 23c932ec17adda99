internal import Foundation
internal import UsageModel

/// The contents of a configuration file: the one place that knows its keys.
struct ConfigurationFile {
    /// Everything but the applications.
    var settings = Settings()
    var applications: [ApplicationDraft] = []
    /// Where `applications` is; nil when the file does not have it.
    var applicationsPlace: FilePosition?
    /// False when `applications` could not be read, so that nothing can be said about them.
    var hasReadableApplications = true

    /// A file that says nothing.
    init() {}

    /// Reads `text`; what is wrong with it goes to `problems`.
    init(_ text: String, problems: Problems) {
        guard let root = YAMLDocument.root(of: text, problems: problems) else {
            hasReadableApplications = problems.isEmpty
            return
        }
        let value = ConfigurationValue(node: root, path: "", problems: problems)
        let isMapping = value.section { root in
            readApplications(&root)
            readEndpoints(&root)
            readPolling(&root)
            root.section("backfill") { backfill in
                backfill.read("horizon", .duration(atLeast: 86_400), into: &settings.collection.horizon)
            }
            readStorage(&root)
            readMetrics(&root)
            root.section("proxy") { proxy in
                proxy.read("read_through", .boolean, into: &settings.readsThrough)
            }
            root.section("limits") { limits in
                limits.read("memory", .bytes(from: 96_000_000), into: &settings.memoryLimit)
            }
            root.section("reports") { reports in
                reports.read("time_zone", .timeZone, into: &settings.timeZone)
                readEvents(&reports)
            }
            readRemoteWrite(&root)
        }
        if !isMapping { hasReadableApplications = false }
    }

    private mutating func readEndpoints(_ root: inout ConfigurationSection) {
        root.section("endpoints") { endpoints in
            endpoints.read("usage", .endpoint, into: &settings.requests.endpoints.usage)
            if let monitoring = endpoints.value("monitoring")?.scalar(.endpoint) {
                settings.requests.endpoints.monitoring = monitoring
            }
            endpoints.read("search", .endpoint, into: &settings.requests.endpoints.search)
            endpoints.read(
                "ca_file", .certificateAuthorityFile, into: &settings.requests.endpoints.certificateAuthorityFile)
        }
    }

    /// The most requests a minute that can be configured; more than any plan has.
    private var mostRequestsPerMinute: Int { 1_000_000 }

    private mutating func readPolling(_ root: inout ConfigurationSection) {
        root.section("polling") { polling in
            polling.read("interval", .duration(atLeast: 10), into: &settings.collection.interval)
            polling.read("index_interval", .duration(atLeast: 60), into: &settings.collection.indexInterval)
            polling.read("settle_delay", .duration(atLeast: 0), into: &settings.collection.settleDelay)
            polling.read(
                "requests_per_minute", .positiveInteger(atMost: mostRequestsPerMinute),
                into: &settings.requests.requestsPerMinute)
            if let timeout = polling.value("timeout")?.scalar(.duration(atLeast: 1)) {
                settings.requests.timeout = Double(timeout)
            }
        }
    }

    private mutating func readStorage(_ root: inout ConfigurationSection) {
        root.section("storage") { storage in
            storage.read("path", .text("the path of the SQLite database"), into: &settings.storage.path)
            storage.section("retention") { retention in
                retention.read("minutely", .duration(atLeast: 86_400), into: &settings.storage.retention.minutely)
                readRetention("hourly", longerThan: settings.collection.horizon, &retention, \.hourly)
                readRetention("daily", longerThan: CollectionSettings.dailyHorizon, &retention, \.daily)
            }
        }
    }

    /// Reads how long points are kept: those that are fetched again and again must not be deleted in between.
    private mutating func readRetention(
        _ name: String, longerThan shortest: Int64, _ retention: inout ConfigurationSection,
        _ path: WritableKeyPath<RetentionSettings, Int64?>
    ) {
        guard let value = retention.value(name), let seconds = value.scalar(.duration(atLeast: 3600)) else { return }
        guard seconds >= shortest else {
            value.refuse(
                "\(DurationText.string(seconds)) is shorter than what is collected (\(DurationText.string(shortest)))",
                expected: "at least \(DurationText.string(shortest)), or remove the key to keep all \(name) points")
            return
        }
        settings.storage.retention[keyPath: path] = seconds
    }

    private mutating func readMetrics(_ root: inout ConfigurationSection) {
        root.section("metrics") { metrics in
            metrics.section("staleness") { staleness in
                staleness.read("hourly", .duration(atLeast: 1), into: &settings.metrics.staleness.hourly)
                staleness.read("daily", .duration(atLeast: 1), into: &settings.metrics.staleness.daily)
                staleness.read("minutely", .duration(atLeast: 60), into: &settings.metrics.staleness.minutely)
            }
            metrics.read("include", listOf: "regular expressions", .regex, into: &settings.metrics.include)
            metrics.read("exclude", listOf: "regular expressions", .regex, into: &settings.metrics.exclude)
            metrics.read("max_series", .positiveInteger(atMost: 10_000_000), into: &settings.metrics.maxSeries)
            metrics.read("compatibility", .compatibility, into: &settings.metrics.compatibility)
        }
    }
}
