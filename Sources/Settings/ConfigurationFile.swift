/// What a configuration file says: the one place that knows its keys.
struct ConfigurationFile {
    /// Everything but the applications.
    var settings = Settings()
    var applications: [ApplicationDraft] = []
    /// Where `applications` is; nil when the file does not have it.
    var applicationsPlace: Place?
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
                backfill.read("horizon", .duration(atLeast: 86_400), into: &settings.backfillHorizon)
            }
            readStorage(&root)
            readMetrics(&root)
            Self.refuseUnsupported(&root)
        }
        if !isMapping { hasReadableApplications = false }
    }

    private mutating func readEndpoints(_ root: inout ConfigurationSection) {
        root.section("endpoints") { endpoints in
            endpoints.read("usage", .endpoint, into: &settings.endpoints.usage)
            endpoints.read("monitoring", .endpoint, into: &settings.endpoints.monitoring)
            endpoints.read("search", .endpoint, into: &settings.endpoints.search)
        }
    }

    private mutating func readPolling(_ root: inout ConfigurationSection) {
        root.section("polling") { polling in
            polling.read("interval", .duration(atLeast: 10), into: &settings.polling.interval)
            polling.read("index_interval", .duration(atLeast: 60), into: &settings.polling.indexInterval)
            polling.read("settle_delay", .duration(atLeast: 0), into: &settings.polling.settleDelay)
            polling.read("requests_per_minute", .positiveInteger, into: &settings.polling.requestsPerMinute)
            if let timeout = polling.value("timeout")?.scalar(.duration(atLeast: 1)) {
                settings.polling.timeout = Double(timeout)
            }
        }
    }

    private mutating func readStorage(_ root: inout ConfigurationSection) {
        root.section("storage") { storage in
            storage.read("path", .text("the path of the history's SQLite file"), into: &settings.storage.path)
            storage.section("retention") { retention in
                retention.read("minutely", .duration(atLeast: 3600), into: &settings.storage.retention.minutely)
            }
        }
    }

    private mutating func readMetrics(_ root: inout ConfigurationSection) {
        root.section("metrics") { metrics in
            metrics.section("staleness") { staleness in
                staleness.read("hourly", .duration(atLeast: 1), into: &settings.metrics.staleness.hourly)
                staleness.read("daily", .duration(atLeast: 1), into: &settings.metrics.staleness.daily)
            }
            metrics.read("include", listOf: "regular expressions", .regex, into: &settings.metrics.include)
            metrics.read("exclude", listOf: "regular expressions", .regex, into: &settings.metrics.exclude)
        }
    }

    /// The keys of what a later version will do, accepted only where they ask for nothing.
    private static func refuseUnsupported(_ root: inout ConfigurationSection) {
        root.section("proxy") { proxy in
            guard let value = proxy.value("read_through"), value.scalar(.boolean) == true else { return }
            value.refuse("this version has no caching proxy yet", expected: "false, or no such key")
        }
        if let value = root.value("remote_write"), value.list(of: "targets")?.isEmpty == false {
            value.refuse("this version does not support remote write yet", expected: "[], or no such key")
        }
    }
}
