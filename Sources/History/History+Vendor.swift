internal import GRDB
public import UsageModel

/// How far back the vendor serves ranges, where that is less than is wanted.
public struct VendorHorizon: Sendable, Hashable {
    public var level: EndpointLevel
    public var granularity: Granularity
    /// Seconds from the start of the oldest range that is served to now.
    public var age: Int64
    /// What the vendor says about anything older.
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
    static func all(_ db: Database) throws -> [(application: String, horizon: VendorHorizon)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT application, level, granularity, age, reason, tried_at FROM vendor_horizon ORDER BY 1, 2, 3
                """
        ).compactMap { row in
            guard let application = String.fromDatabaseValue(row[0]),
                let level = String.fromDatabaseValue(row[1]).flatMap({ EndpointLevel(rawValue: $0) }),
                let granularity = String.fromDatabaseValue(row[2]).flatMap({ Granularity(rawValue: $0) }),
                let age = Int64.fromDatabaseValue(row[3]), UnixTime.years.contains(age),
                let reason = String.fromDatabaseValue(row[4]),
                let triedAt = Int64.fromDatabaseValue(row[5]), UnixTime.years.contains(triedAt)
            else { return nil }
            return (
                application,
                VendorHorizon(level: level, granularity: granularity, age: age, reason: reason, triedAt: triedAt)
            )
        }
    }
}

extension History {
    /// How far back the vendor serves one application, where that is limited.
    public func vendorHorizons(application: String) async throws -> [VendorHorizon] {
        try await pool.read { db in
            try VendorHorizon.all(db).filter { $0.application == application }.map(\.horizon)
        }
    }

    /// Notes how far back the vendor serves.
    public func note(_ horizon: VendorHorizon, application: String) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO vendor_horizon VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    application, horizon.level.rawValue, horizon.granularity.rawValue, horizon.age, horizon.reason,
                    horizon.triedAt,
                ])
        }
        noteChange()
    }

    /// Forgets how far back the vendor serves, because it served something older.
    public func forgetVendorHorizon(
        _ level: EndpointLevel, _ granularity: Granularity, application: String
    ) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "DELETE FROM vendor_horizon WHERE application = ? AND level = ? AND granularity = ?",
                arguments: [application, level.rawValue, granularity.rawValue])
        }
        noteChange()
    }

    /// What was left of an application's quota when it was last spent from, and when that was in seconds since 1970.
    public func quota(application: String) async throws -> (tokens: Double, time: Double)? {
        try await pool.read { db in
            try Row.fetchOne(db, sql: "SELECT tokens, time FROM quota WHERE application = ?", arguments: [application])
                .flatMap { row in
                    guard let tokens = Double.fromDatabaseValue(row[0]), let time = Double.fromDatabaseValue(row[1])
                    else { return nil }
                    return (tokens, time)
                }
        }
    }

    /// Notes what is left of an application's quota. Also tells whether the file can be written: each call does.
    public func noteQuota(application: String, tokens: Double, time: Double) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO quota VALUES (?, ?, ?)", arguments: [application, tokens, time])
        }
    }
}
