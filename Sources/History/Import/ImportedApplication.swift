internal import GRDB
internal import UsageModel

/// The knowledge of two histories about one application, beside its points.
struct ImportedApplication {
    let from: ImportReader
    let to: Database
    let application: ApplicationID

    /// - Returns: whether the target did not know it.
    func merge() throws -> Bool {
        let isKnown =
            try Int.fetchOne(to, sql: "SELECT count(*) FROM application WHERE id = ?", arguments: [application]) != 0
        if !isKnown {
            try copy("application", by: "id")
            // The collector asks about these again in time; until then they save it requests.
            for table in [
                "refusal", "set_aside", "vendor_horizon", "billing_horizon", "revision_check", "billing_check",
            ] { try copy(table) }
        }
        try mergeIndices()
        try mergeBilling()
        try mergeIncidents()
        return !isKnown
    }

    private func rows(_ table: String, by column: String = "application") throws -> [Row] {
        try from.read {
            try Row.fetchAll($0, sql: "SELECT * FROM \(table) WHERE \(column) = ?", arguments: [application])
        }
    }

    /// Copies rows that the target lacks; both have the same schema.
    private func copy(_ table: String, by column: String = "application", replacing: Bool = false) throws {
        for row in try rows(table, by: column) {
            let columns = row.columnNames.map { "\"\($0)\"" }.joined(separator: ",")
            let marks = row.columnNames.map { _ in "?" }.joined(separator: ",")
            try to.execute(
                sql: "INSERT OR \(replacing ? "REPLACE" : "IGNORE") INTO \(table) (\(columns)) VALUES (\(marks))",
                arguments: StatementArguments(row.databaseValues))
        }
    }

    /// When a table's row of the application says that it was last asked for; nil without a row.
    private func time(_ table: String, _ column: String, in db: Database) throws -> UnixTime? {
        try Row.fetchOne(
            db, sql: "SELECT max(\(column)) FROM \(table) WHERE application = ?", arguments: [application]
        ).flatMap { try $0.optionalTime(0) }
    }

    private func isNewer(_ table: String, _ column: String) throws -> Bool {
        guard let theirs = try from.read({ try time(table, column, in: $0) }) else { return false }
        return try time(table, column, in: to).map { theirs > $0 } ?? true
    }

    /// The inventory: of an index both have, what the newer list said.
    private func mergeIndices() throws {
        let isNewer = try isNewer("index_list", "fetched_at")
        for row in try rows("index_list") {
            try to.execute(
                sql: """
                    INSERT INTO index_list VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT DO UPDATE SET first_fetched = min(first_fetched, excluded.first_fetched),
                        fetched_at = max(fetched_at, excluded.fetched_at),
                        is_whole = iif(?5, excluded.is_whole, is_whole)
                    """, arguments: StatementArguments(row.databaseValues) + [isNewer])
        }
        for row in try rows("index_inventory") {
            try to.execute(
                sql: """
                    INSERT INTO index_inventory VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                    ON CONFLICT DO UPDATE SET
                        primary_index = iif(?12, excluded.primary_index, primary_index),
                        replicas = iif(?12, excluded.replicas, replicas),
                        is_virtual = iif(?12, excluded.is_virtual, is_virtual),
                        entries = iif(?12, excluded.entries, entries),
                        created_at = iif(?12, excluded.created_at, created_at),
                        updated_at = iif(?12, excluded.updated_at, updated_at),
                        first_seen = min(first_seen, excluded.first_seen),
                        last_seen = max(last_seen, excluded.last_seen),
                        gone_at = iif(?12, excluded.gone_at, gone_at)
                    """, arguments: StatementArguments(row.databaseValues) + [isNewer])
        }
    }

    private func mergeBilling() throws {
        let isNewer = try isNewer("billing_registry", "asked_at")
        try copy("billing_metric", replacing: isNewer)
        try copy("billing_registry", replacing: isNewer)
    }

    /// Incidents: of one that both have, the status that was asked for last.
    private func mergeIncidents() throws {
        func asked(_ db: Database) throws -> UnixTime {
            try Row.fetchOne(
                db, sql: "SELECT max(fetched_at) FROM freshness WHERE application = ? AND granularity = 'minutely'",
                arguments: [application]
            ).flatMap { try $0.optionalTime(0) } ?? .min
        }
        try copy("incident", replacing: from.read(asked) > asked(to))
    }
}
