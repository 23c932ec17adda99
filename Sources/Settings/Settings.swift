public import Foundation
public import Transport
public import UsageModel

/// Everything an operator can configure in a file or the environment, checked
/// and with every default filled in.
///
/// ``SettingsLoader`` makes it, of the option types that the parts of the exporter take as they are: what can be
/// configured, and its default, stands there alone. Durations are seconds. It may be printed or dumped:
/// `SecretSource` never shows a secret.
public struct Settings: Sendable, Hashable {
    /// The applications to collect, in the file's order; their ids differ.
    public var applications: [ApplicationSettings] = []
    /// `endpoints`, and of `polling` the quota and the timeout.
    public var requests = RequestOptions()
    /// `backfill`, and the rest of `polling`. What differs between applications is added by
    /// ``collection(of:shard:)``.
    public var collection = CollectionSettings()
    public var storage = StorageSettings()
    /// `metrics`. The applications are added by ``shownMetrics``.
    public var metrics = MetricsOptions()
    /// `proxy.read_through`: whether `/1/usage` may ask Algolia for what is missing, within the quota.
    public var readsThrough = false
    /// `limits.memory`: bytes of memory that the process may take.
    public var memoryLimit = 512_000_000
    /// `reports.time_zone`: whose days, weeks and months count. Algolia bills months of UTC.
    public var timeZone = TimeZone.gmt
    /// `reports.events`: days that forecasts and unusual days know by name.
    public var events = EventCalendar()
    /// Where the history is sent to; their names differ.
    public var remoteWrite: [RemoteWriteDestination] = []
    /// `HTTPS_PROXY` and its relatives, for requests to Algolia and to receivers.
    public var proxies = ProxyRules()

    /// The defaults, without any application.
    public init() {}
}

/// Where the history is kept, and for how long.
public struct StorageSettings: Sendable, Hashable {
    /// The SQLite file's path, relative to the working directory.
    public var path = "data/history.db"
    public var retention = RetentionSettings()

    public init() {}
}

/// How long points are kept, in seconds.
public struct RetentionSettings: Sendable, Hashable {
    /// Minutely points are those of the Monitoring API; their hourly mean and maximum stay.
    public var minutely: Int64 = 30 * 86_400
    /// Nil keeps hourly points for ever.
    public var hourly: Int64?
    /// Nil keeps daily points for ever.
    public var daily: Int64?

    public init() {}

    /// By granularity; those that are kept for ever are not named.
    public var seconds: [Granularity: Int64] {
        [.minutely: minutely, .hourly: hourly, .daily: daily].compactMapValues(\.self)
    }
}

// MARK: What the parts of the exporter take

extension Settings {
    /// How Algolia is asked by one of the processes that `shard` says, or by the only one.
    public func requests(shard: Shard?) -> RequestOptions { requests.shared(among: shard?.count ?? 1) }

    /// How one application is collected.
    public func collection(of application: ApplicationSettings, shard: Shard?) -> CollectionSettings {
        var collection = collection
        collection.indices = application.indices
        collection.clusters = application.clusters
        collection.shard = shard
        collection.collectsBilling = application.collectsBilling
        collection.monitoringInterval = CollectionSettings.monitoringInterval(
            requestsPerMinute: requests(shard: shard).requestsPerMinute)
        return collection
    }

    /// The series that `/metrics` shows: of the configured applications alone, each with its indices.
    public var shownMetrics: MetricsOptions {
        var shown = metrics
        shown.applications = Dictionary(applications.map { ($0.id, $0.indices) }, uniquingKeysWith: { $1 })
        shown.labels = applicationLabels
        return shown
    }

    /// The labels that are added to each application's metrics: its name, and its own.
    public var applicationLabels: ApplicationLabels {
        ApplicationLabels(
            Dictionary(
                applications.map { application in
                    var labels = application.labels
                    labels[ApplicationLabels.applicationName] = application.name
                    return (application.id, labels)
                }, uniquingKeysWith: { $1 }))
    }

    /// The contract of each application.
    public var contracts: [ApplicationID: Contract] {
        Dictionary(applications.map { ($0.id, $0.contract) }, uniquingKeysWith: { $1 })
    }
}

/// One Algolia application to collect.
public struct ApplicationSettings: Sendable, Hashable {
    /// The application's id: at most 30 ASCII letters, digits, `-` and `_`.
    public var id: ApplicationID
    /// The key with the `usage` ACL; nil where there is a search key alone, which leaves records and sizes of indices.
    public var usageKey: SecretSource?
    /// The key of the Monitoring API; nil leaves servers out.
    public var monitoringKey: SecretSource?
    /// The key with the `listIndexes` ACL; nil leaves only indices that are named without wildcards.
    public var searchKey: SecretSource?
    /// Which indices are collected.
    public var indices = IndexFilter()
    /// Its clusters; nil for those of the inventory, or of the servers that usage names.
    public var clusters: [ServerName]?
    /// The limits of the contract with Algolia; always above zero.
    public var contract = Contract()
    /// Whether the billing metrics of Usage API v2 are collected where it is served.
    public var collectsBilling = true
    /// What people call it: the label `application_name`; nil for no such label.
    public var name: String?
    /// Labels for each of its metrics, by name.
    public var labels: [String: String] = [:]

    public init(id: ApplicationID, usageKey: SecretSource? = nil) {
        self.id = id
        self.usageKey = usageKey
    }
}
