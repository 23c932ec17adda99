internal import GRDB
public import UsageModel

/// How far back the vendor serves ranges, where that is less than is wanted.
public struct VendorHorizon: Sendable, Hashable {
    public var level: EndpointLevel
    public var granularity: Granularity
    /// Seconds from the start of the oldest range that is served to now.
    public var age: Int64
    /// The vendor's answer to anything older.
    public var reason: String
    /// When something older was last asked for.
    public var triedAt: UnixTime

    public init(level: EndpointLevel, granularity: Granularity, age: Int64, reason: String, triedAt: UnixTime) {
        self.level = level
        self.granularity = granularity
        self.age = age
        self.reason = reason
        self.triedAt = triedAt
    }
}

extension VendorHorizon {
    /// Every application's, with whose it is.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    static func all(
        _ db: Database, billing isBilling: Bool = false
    ) throws -> [(application: ApplicationID, horizon: VendorHorizon)] {
        let source = isBilling ? "'application' AS level, granularity" : "level, granularity"
        return try Row.fetchAll(
            db,
            sql: """
                SELECT application, \(source), age, reason, tried_at
                FROM \(isBilling ? "billing_horizon" : "vendor_horizon") ORDER BY 1, 2, 3
                """
        ).map { row in
            (
                try row.name(0),
                VendorHorizon(
                    level: try row.level(1), granularity: try row.granularity(2), age: try row.time(3),
                    reason: try row.text(4), triedAt: try row.time(5))
            )
        }
    }
}

extension History {
    /// How far back the vendor serves one application, where that is limited.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func vendorHorizons(
        application: ApplicationID, billing isBilling: Bool = false
    ) async throws -> [VendorHorizon] {
        try await read { db in
            try VendorHorizon.all(db, billing: isBilling).filter { $0.application == application }.map(\.horizon)
        }
    }

    /// Notes how far back the vendor serves.
    /// - Parameter isBilling: of the billing metrics, which have one endpoint, and not of the other statistics.
    public func note(
        _ horizon: VendorHorizon, application: ApplicationID, billing isBilling: Bool = false
    ) async throws {
        try await write { db in
            let values: StatementArguments = [
                horizon.granularity.rawValue, horizon.age, horizon.reason, horizon.triedAt,
            ]
            if isBilling {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO billing_horizon VALUES (?, ?, ?, ?, ?)",
                    arguments: [application] + values)
            } else {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO vendor_horizon VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [application, horizon.level.rawValue] + values)
            }
        }
        noteChange(days: .none)
    }

    /// Forgets how far back the vendor serves, because it served something older.
    /// - Parameter isBilling: of the billing metrics, and not of the other statistics.
    public func forgetVendorHorizon(
        _ level: EndpointLevel, _ granularity: Granularity, application: ApplicationID,
        billing isBilling: Bool = false
    ) async throws {
        try await write { db in
            if isBilling {
                try db.execute(
                    sql: "DELETE FROM billing_horizon WHERE application = ? AND granularity = ?",
                    arguments: [application, granularity.rawValue])
            } else {
                try db.execute(
                    sql: "DELETE FROM vendor_horizon WHERE application = ? AND level = ? AND granularity = ?",
                    arguments: [application, level.rawValue, granularity.rawValue])
            }
        }
        noteChange(days: .none)
    }

    /// The rest of an application's quota when it was last spent from, and that time in seconds since 1970.
    public func quota(application: ApplicationID) async throws -> (tokens: Double, time: Double)? {
        try await read { db in
            try Row.fetchOne(db, sql: "SELECT tokens, time FROM quota WHERE application = ?", arguments: [application])
                .flatMap { row in
                    guard let tokens = try row.value(0), let time = try row.value(1) else { return nil }
                    return (tokens.double, time.double)
                }
        }
    }

    /// Notes what is left of an application's quota. Also tells whether the file can be written: each call does.
    public func noteQuota(application: ApplicationID, tokens: Double, time: Double) async throws {
        try await write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO quota VALUES (?, ?, ?)", arguments: [application, tokens, time])
        }
    }
}
