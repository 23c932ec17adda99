internal import GRDB
public import UsageModel

/// The registry of Usage API v2 for one application, as far as it is known.
public struct BillingRegistry: Sendable, Hashable {
    /// When it was last asked for.
    public var askedAt: UnixTime
    /// Whether it was answered then: the API is served.
    public var isServed: Bool
    /// The metrics that it lists, by name; those of the newest answer, however old.
    public var metrics: [BillingMetric]

    public init(askedAt: UnixTime, isServed: Bool, metrics: [BillingMetric]) {
        self.askedAt = askedAt
        self.isServed = isServed
        self.metrics = metrics
    }
}

/// The `billing_metric` table within one transaction.
struct BillingMetricTable {
    let db: Database

    /// One of its rows.
    struct Entry {
        var application: ApplicationID
        var metric: BillingMetric
        /// Whether the newest registry has it.
        var isListed: Bool
    }

    func read(application: ApplicationID? = nil) throws -> [Entry] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT application, name, label, description, is_listed FROM billing_metric
                WHERE (?1 IS NULL OR application = ?1) ORDER BY 1, 2
                """, arguments: [application]
        ).map { row in
            Entry(
                application: try row.name(0),
                metric: BillingMetric(
                    name: try row.name(1), label: try row.text(2), description: try row.text(3)),
                isListed: try row.flag(4))
        }
    }

    /// The metrics of all applications by the statistic that each is stored under; where applications differ, the first
    /// that lists it now.
    func byStatistic() throws -> [StatisticName: BillingMetric] {
        let entries = try read()
        return Dictionary(
            (entries.filter(\.isListed) + entries.filter { !$0.isListed }).map { ($0.metric.statistic, $0.metric) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension History {
    /// An application's registry as far as it is known; nil before it was asked for.
    public func billingRegistry(application: ApplicationID) async throws -> BillingRegistry? {
        try await read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT asked_at, is_served FROM billing_registry WHERE application = ?",
                    arguments: [application])
            else { return nil }
            let metrics = try BillingMetricTable(db: db).read(application: application).filter(\.isListed)
            return BillingRegistry(
                askedAt: try row.time(0), isServed: try row.flag(1), metrics: metrics.map(\.metric))
        }
    }

    /// Notes what an application's registry answered. Metrics that it lists no longer keep their words.
    public func note(_ registry: BillingRegistry, application: ApplicationID) async throws {
        try await write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO billing_registry VALUES (?, ?, ?)",
                arguments: [application, registry.askedAt, registry.isServed])
            guard registry.isServed else { return }
            try db.execute(
                sql: "UPDATE billing_metric SET is_listed = 0 WHERE application = ?", arguments: [application])
            for metric in registry.metrics {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO billing_metric VALUES (?, ?, ?, ?, 1)",
                    arguments: [application, metric.name, metric.label, metric.description])
            }
        }
        noteChange(days: .none)
    }

    /// The billing metrics of all applications, by the statistic that each is stored under.
    public func billingMetrics() async throws -> [StatisticName: BillingMetric] {
        try await read { db in try BillingMetricTable(db: db).byStatistic() }
    }

    /// The description of a statistic, of a billing metric in the words of the registry.
    public func describe(_ name: StatisticName) async throws -> Statistic {
        guard name.isBilling else { return StatisticCatalogue.describe(name) }
        return .billing(name, try await billingMetrics()[name])
    }
}
