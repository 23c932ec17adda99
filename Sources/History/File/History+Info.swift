internal import GRDB
public import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The facts that `db info` prints.
public struct HistoryInfo: Sendable {
    public var path: String
    /// Bytes of the database and its write-ahead log.
    public var bytes: Int64
    public var sqliteVersion: String
    public var migrations: [String]
    public var series: Int
    /// Points by granularity.
    public var points: [Granularity: Int]
    public var applications: [StoredApplication]
    public var coverage: [Coverage]
}

extension History {
    /// Bytes of the file and its write-ahead log.
    public var size: Int64 {
        // Where they are: of a link, only the link itself would be measured.
        [file.path, file.logPath].reduce(0) { sum, path in
            let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size]
            return sum + ((size as? Int64) ?? (size as? UInt64).map(Int64.init) ?? (size as? Int).map(Int64.init) ?? 0)
        }
    }

    /// A description of the whole file; reads every row once.
    public func info() async throws -> HistoryInfo {
        let applications = try await applications()
        let coverage = try await coverage()
        return try await read { [path, size] db in
            var points: [Granularity: Int] = [:]
            for granularity in Granularity.allCases {
                let table = PackedTable.of(granularity)
                let counts = table.slotColumns.map { "count(\($0))" }.joined(separator: "+")
                points[granularity] = try Int.fetchOne(db, sql: "SELECT \(counts) FROM \(table.name)")
            }
            return HistoryInfo(
                path: path, bytes: size,
                sqliteVersion: try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "",
                migrations: try Row.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY 1").map {
                    try $0.text(0)
                },
                series: try Int.fetchOne(db, sql: "SELECT count(*) FROM series") ?? 0,
                points: points, applications: applications, coverage: coverage)
        }
    }
}
