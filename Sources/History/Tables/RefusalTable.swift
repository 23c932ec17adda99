internal import GRDB
public import UsageModel

/// The two endpoints of the Usage API, which refuse statistics independently.
public enum EndpointLevel: String, Sendable, Hashable, CaseIterable {
    case application, index

    public init(_ scope: Scope) { self = scope.isIndex ? .index : .application }
}

/// The `refusal` table of one application within one transaction.
struct RefusalTable {
    let db: Database
    let application: ApplicationID

    /// When each statistic (or `*`) was refused.
    func read(_ level: EndpointLevel) throws -> [StatisticName: UnixTime] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT statistic, refused_at FROM refusal WHERE application = ? AND level = ?",
            arguments: [application, level.rawValue])
        return Dictionary(try rows.map { (try $0.name(0), try $0.time(1)) }, uniquingKeysWith: max)
    }

    /// The catalogue's statistics that the plan serves, as far as known.
    func served(_ scope: Scope) throws -> [StatisticName] {
        let refused = try read(EndpointLevel(scope))
        return StatisticCatalogue.names(perIndex: scope.isIndex).filter { refused[$0] == nil }
    }
}

extension History {
    /// The statistics that the plan refuses, with the time of the newest refusal, by statistic or `*`.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func refusals(
        application: ApplicationID, level: EndpointLevel, billing isBilling: Bool = false
    ) async throws -> [StatisticName: UnixTime] {
        try await read { db in
            try RefusalTable(db: db, application: application).read(level).filter { $0.key.isBilling == isBilling }
        }
    }

    /// Notes that the plan refuses `statistics` (or `*`). Coverage no longer waits for them.
    public func refuse(
        _ statistics: [StatisticName], application: ApplicationID, level: EndpointLevel, at time: UnixTime
    ) async throws {
        try await write { db in
            for statistic in statistics {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?)",
                    arguments: [application, level.rawValue, statistic, time])
            }
            try Self.deriveCoverage(application: application, level: level, in: db)
        }
        noteChange(days: .none)
    }

    /// Notes that the plan serves `statistics` (or `*`) after all. What they
    /// missed is no longer covered, and so is fetched.
    public func withdrawRefusal(of statistics: [StatisticName], application: ApplicationID, level: EndpointLevel)
        async throws
    {
        try await write { db in
            for statistic in statistics {
                try db.execute(
                    sql: "DELETE FROM refusal WHERE application = ? AND level = ? AND statistic = ?",
                    arguments: [application, level.rawValue, statistic])
            }
            try Self.deriveCoverage(application: application, level: level, in: db)
        }
        noteChange(days: .none)
    }

    private static func deriveCoverage(application: ApplicationID, level: EndpointLevel, in db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT DISTINCT index_name, granularity FROM answered
                WHERE application = ? AND (index_name <> '') = ?
                """, arguments: [application, level == .index])
        for row in rows {
            let granularity = try row.granularity(1)
            let scope = Scope(application: application, index: try row.name(0))
            let table = AnsweredTable(db: db, scope: scope, granularity: granularity)
            let served = try RefusalTable(db: db, application: application).served(scope)
            try table.deriveCoverage(from: table.read(), served: served)
        }
    }
}
