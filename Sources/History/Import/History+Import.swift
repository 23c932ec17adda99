internal import GRDB
public import UsageModel

/// The changes that an import has made.
public struct ImportOutcome: Sendable, Hashable {
    /// Points of buckets that had none.
    public var added = 0
    /// Buckets that both had with different values, and that now have the imported one.
    public var replaced = 0
    /// Buckets that both had with different values, and that stayed as they were.
    public var kept = 0
    /// Seconds that are covered and were not, over all scopes.
    public var covered: [Granularity: Int64] = [:]
    /// Applications that were unknown.
    public var newApplications: [ApplicationID] = []
    /// Applications that both know.
    public var sharedApplications: [ApplicationID] = []
}

extension History {
    /// Merges another history into this one: their union.
    ///
    /// * A bucket that only one has is kept. Of two different values of a bucket, a settled one is better than a
    ///   provisional one; of two of the same kind, that of the exporter which asked last about the scope, and ours where
    ///   both asked at the same time.
    /// * What either has answered is answered, and coverage is derived from that.
    /// * Counters count the hours that are settled now and were not, from the time on at which this history first saw the
    ///   application; that of one which it did not know comes along.
    /// * What is known of the vendor's plan (refusals, horizons, what is set aside) is taken for unknown applications
    ///   alone. Quotas, retention and remote write's positions are those of this exporter.
    ///
    /// A transaction for each scope and granularity has points and what they answer. After an interruption, the same
    /// import continues: merging again what is merged changes nothing.
    public func merge(_ source: ImportSource) async throws -> ImportOutcome {
        var outcome = ImportOutcome()
        defer { noteChange() }
        let applications: [ApplicationID] = try await source.history.read { db in
            try Row.fetchAll(db, sql: "SELECT id FROM application ORDER BY id").map { try $0.name(0) }
        }
        for application in applications {
            let isNew = try await merging(source) { from, to in
                try ImportedApplication(from: from, to: to, application: application).merge()
            }
            if isNew {
                outcome.newApplications.append(application)
            } else {
                outcome.sharedApplications.append(application)
            }
        }
        let scopes = try await source.history.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT application, index_name FROM series UNION SELECT application, index_name FROM answered
                    ORDER BY 1, 2
                    """
            ).map { try $0.scope(0) }
        }
        for scope in scopes {
            // Minutes come last: hours are made of them.
            for granularity in [Granularity.daily, .hourly, .minutely] {
                try Task.checkCancellation()
                let part = try await merging(source) { from, to in
                    try ImportedScope(from: from, to: to, scope: scope, granularity: granularity).merge()
                }
                outcome.added += part.added
                outcome.replaced += part.replaced
                outcome.kept += part.kept
                outcome.covered.merge(part.covered, uniquingKeysWith: +)
            }
        }
        return outcome
    }

    /// Runs `body` in one transaction of each of the two.
    private func merging<Value: Sendable>(
        _ source: ImportSource, _ body: @escaping @Sendable (ImportReader, Database) throws -> Value
    ) async throws -> Value {
        try await source.history.read { [self] from in
            try writeNow { to in try body(ImportReader(db: from, path: source.path), to) }
        }
    }
}

/// The source within one transaction. What is wrong with it is said of it, and not of the target.
struct ImportReader {
    private let db: Database
    private let path: String

    init(db: Database, path: String) {
        self.db = db
        self.path = path
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try body(db) } catch {
            throw HistoryError.cannotImport(path: path, reason: "it cannot be read: \(error)")
        }
    }
}
