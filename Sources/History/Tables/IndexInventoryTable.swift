internal import GRDB
public import UsageModel

/// Everything that is known of the indices that an application has, and had.
public struct IndexInventory: Sendable, Hashable {
    /// When the list of indices was fetched first.
    public var firstFetched: UnixTime
    /// When it was fetched last.
    public var fetched: UnixTime
    /// Whether the newest list had every index that the key may list.
    public var isWhole: Bool
    /// Every index that was ever listed, ascending.
    public var indices: [InventoriedIndex]

    public init(firstFetched: UnixTime, fetched: UnixTime, isWhole: Bool, indices: [InventoriedIndex]) {
        self.firstFetched = firstFetched
        self.fetched = fetched
        self.isWhole = isWhole
        self.indices = indices
    }
}

/// One index that was listed at some time.
public struct InventoriedIndex: Sendable, Hashable {
    public var name: IndexName
    /// The index whose replica it is; nil for a primary.
    public var primary: IndexName?
    /// The names of its replicas.
    public var replicas: [IndexName] = []
    /// Whether it is a virtual replica, which holds no records.
    public var isVirtual: Bool
    /// The records that the list says, of a virtual replica as well.
    public var entries: PointValue?
    /// When it was created, as the vendor says.
    public var created: UnixTime?
    /// When its records or settings were last changed, as the vendor says.
    public var updated: UnixTime?
    /// The first list that had it.
    public var firstSeen: UnixTime
    /// The newest list that had it.
    public var lastSeen: UnixTime
    /// The first list without it; nil while it is listed.
    public var gone: UnixTime?

    public init(
        _ name: IndexName, primary: IndexName? = nil, isVirtual: Bool = false, entries: PointValue? = nil,
        created: UnixTime? = nil,
        updated: UnixTime? = nil, firstSeen: UnixTime, lastSeen: UnixTime, gone: UnixTime? = nil
    ) {
        self.name = name
        self.primary = primary
        self.isVirtual = isVirtual
        self.entries = entries
        self.created = created
        self.updated = updated
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.gone = gone
    }
}

extension History {
    /// The indices of one application; nil when the list was never fetched.
    public func indexInventory(application: ApplicationID) async throws -> IndexInventory? {
        try await read { db in try IndexInventoryTable(db: db).read(application) }
    }

    /// When the list of indices of an application was fetched last; nil when it never was.
    public func newestIndexList(application: ApplicationID) async throws -> UnixTime? {
        try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT fetched_at FROM index_list WHERE application = ?", arguments: [application]
            ).map { try $0.time(0) }
        }
    }

    /// Whether the list of indices of any application was ever stored.
    public func hasIndexLists() async throws -> Bool {
        try await read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM index_list)") ?? false
        }
    }
}

/// The tables `index_list` and `index_inventory` within one transaction.
struct IndexInventoryTable {
    let db: Database

    func read(_ application: ApplicationID) throws -> IndexInventory? {
        guard
            let list = try Row.fetchOne(
                db, sql: "SELECT first_fetched, fetched_at, is_whole FROM index_list WHERE application = ?",
                arguments: [application])
        else { return nil }
        let replicas = try Dictionary(
            grouping: Row.fetchAll(
                db,
                sql: """
                    SELECT index_name, value FROM index_inventory, json_each(replicas)
                    WHERE application = ? AND replicas <> '[]' ORDER BY index_name, json_each.key
                    """, arguments: [application]),
            by: { try $0.name(0) as IndexName })
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT index_name, primary_index, is_virtual, entries, created_at, updated_at, first_seen, last_seen, gone_at
                FROM index_inventory WHERE application = ? ORDER BY index_name
                """, arguments: [application])
        return IndexInventory(
            firstFetched: try list.time(0), fetched: try list.time(1), isWhole: try list.flag(2),
            indices: try rows.map { row in
                let primary: IndexName = try row.name(1)
                var index = InventoriedIndex(
                    try row.name(0), primary: primary.isEmpty ? nil : primary, isVirtual: try row.flag(2),
                    entries: try row.value(3), created: try row.optionalTime(4), updated: try row.optionalTime(5),
                    firstSeen: try row.time(6), lastSeen: try row.time(7), gone: try row.optionalTime(8))
                index.replicas = try (replicas[index.name] ?? []).map { try $0.name(1) }
                return index
            })
    }

    /// The indices that are listed now, of all applications.
    func listed() throws -> Set<Scope> {
        let rows = try Row.fetchAll(
            db, sql: "SELECT application, index_name FROM index_inventory WHERE gone_at IS NULL")
        return Set(try rows.map { try $0.scope(0) })
    }

    /// Notes what a list says of each index, and which indices are gone.
    func write(_ list: IndexSnapshot) throws {
        try db.execute(
            sql: """
                INSERT INTO index_list VALUES (?1, ?2, ?2, ?3)
                ON CONFLICT DO UPDATE SET fetched_at = max(fetched_at, excluded.fetched_at),
                    is_whole = excluded.is_whole
                """, arguments: [list.application, list.time, list.isWhole])
        let upsert = try db.cachedStatement(
            sql: """
                INSERT INTO index_inventory VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, NULL)
                ON CONFLICT DO UPDATE SET primary_index = excluded.primary_index, replicas = excluded.replicas,
                    is_virtual = excluded.is_virtual, entries = excluded.entries, created_at = excluded.created_at,
                    updated_at = excluded.updated_at, last_seen = max(last_seen, excluded.last_seen), gone_at = NULL
                """)
        for index in list.indices {
            var replicas = JSONBytes(capacity: 2)
            replicas.raw("[")
            for (position, name) in index.replicas.enumerated() {
                if position > 0 { replicas.raw(",") }
                replicas.string(name)
            }
            replicas.raw("]")
            try upsert.execute(arguments: [
                list.application, index.name, index.primary ?? "", String(decoding: replicas.bytes, as: UTF8.self),
                index.isVirtual, index.entries?.databaseValue, index.created, index.updated, list.time,
            ])
        }
        guard list.isWhole else { return }
        try db.execute(
            sql: """
                UPDATE index_inventory SET gone_at = ?2
                WHERE application = ?1 AND gone_at IS NULL AND last_seen < ?2
                """, arguments: [list.application, list.time])
    }

    /// Brings every time of one application that is later than `now` back to it.
    func limit(_ application: ApplicationID, to now: UnixTime) throws {
        try db.execute(
            sql: """
                UPDATE index_list SET first_fetched = min(first_fetched, ?2), fetched_at = min(fetched_at, ?2)
                WHERE application = ?1
                """, arguments: [application, now])
        try db.execute(
            sql: """
                UPDATE index_inventory SET first_seen = min(first_seen, ?2), last_seen = min(last_seen, ?2),
                    gone_at = min(gone_at, ?2)
                WHERE application = ?1 AND max(first_seen, last_seen, ifnull(gone_at, 0)) > ?2
                """, arguments: [application, now])
    }
}
