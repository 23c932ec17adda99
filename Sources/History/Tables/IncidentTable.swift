internal import GRDB
public import UsageModel

/// Something that the vendor told about one of its clusters.
public struct StoredIncident: Sendable, Hashable {
    public var application: ApplicationID
    public var cluster: ServerName
    public var time: UnixTime
    public var title: String
    /// In the vendor's words, such as `degraded_performance`; `operational` ends an incident.
    public var status: String

    public init(application: ApplicationID, cluster: ServerName, time: UnixTime, title: String, status: String) {
        self.application = application
        self.cluster = cluster
        self.time = time
        self.title = title
        self.status = status
    }
}

extension History {
    /// Stores incidents; those that are stored already stay, with the newest status.
    public func store(_ incidents: [StoredIncident]) async throws {
        guard !incidents.isEmpty else { return }
        try await write { db in
            let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO incident VALUES (?, ?, ?, ?, ?)")
            for incident in incidents {
                try insert.execute(arguments: [
                    incident.application, incident.cluster, incident.time, incident.title, incident.status,
                ])
            }
        }
        noteChange(days: .none)
    }

    /// The incidents within `range`, of every application or one, oldest first.
    public func incidents(application: ApplicationID? = nil, range: TimeRange) async throws -> [StoredIncident] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT application, cluster, time, title, status FROM incident
                    WHERE (?1 IS NULL OR application = ?1) AND time >= ?2 AND time < ?3
                    ORDER BY time, application, cluster, title
                    """, arguments: [application, range.start, range.end]
            ).map { row in
                StoredIncident(
                    application: try row.name(0), cluster: try row.name(1), time: try row.time(2),
                    title: try row.text(3), status: try row.text(4))
            }
        }
    }
}
