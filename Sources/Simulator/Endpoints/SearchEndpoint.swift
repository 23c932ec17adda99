import UsageModel

/// `GET /1/indexes`, which is all that the exporter needs of the Search API: each index with the levels that the Usage
/// API has of it.
struct SearchEndpoint: Sendable {
    /// Items on a page, and the most that a client may ask for.
    static let defaultPageSize: Int64 = 100
    static let largestPageSize: Int64 = 1000

    /// Records that are built in a second.
    private static let recordsPerSecond = 100_000.0

    let truth: Truth
    let now: UnixTime

    /// - Throws: ``APIError`` with status 400 for a wrong page.
    func answer(application: ApplicationID, parameters: [String: String]) throws(APIError) -> [UInt8] {
        func number(_ name: String, _ accepted: ClosedRange<Int64>, otherwise: Int64) throws(APIError) -> Int64 {
            guard let text = parameters[name] else { return otherwise }
            guard let number = Int64(text), accepted.contains(number) else {
                throw APIError(400, "Invalid \(name): must be a number in \(accepted)")
            }
            return number
        }
        let page = try number("page", 0...1_000_000, otherwise: 0)
        var size = try number("hitsPerPage", 1...Self.largestPageSize, otherwise: Self.defaultPageSize)
        let names = truth.indices(application: application, at: now)
        let replicas = Self.replicas(among: names)
        // Pages are for those who ask for one.
        if parameters["page"] == nil { size = Int64(max(1, names.count)) }
        let items = names.dropFirst(Int(page * size)).prefix(Int(size))
            .map { item(application, $0, replicas) }
        let pages = (Int64(names.count) + size - 1) / size
        return JSONValue.object([("items", .array(items)), ("nbPages", .integer(max(1, pages)))]).bytes
    }

    private func item(_ application: ApplicationID, _ index: IndexName, _ replicas: [Replica]) -> JSONValue {
        func level(_ statistic: StatisticName) -> PointValue {
            truth.value(
                application: application, index: index, statistic: statistic, granularity: .hourly,
                bucket: now - 1, asOf: now) ?? .integer(0)
        }
        let created = truth.created(application: application, index: index) ?? now
        let records = level("records")
        var attributes: [(String, JSONValue)] = [
            ("name", .string(index.text)),
            // Empty for an index without records.
            ("createdAt", .string(records == .integer(0) ? "" : Self.milliseconds(created))),
            (
                "updatedAt",
                .string(Self.milliseconds(truth.updated(application: application, index: index, at: now) ?? now))
            ),
            ("entries", JSONValue(records)), ("dataSize", JSONValue(level("data_size"))),
            ("fileSize", JSONValue(level("file_size"))),
            ("lastBuildTimeS", .integer(1 + Int64(records.double / Self.recordsPerSecond))),
            ("numberOfPendingTasks", .integer(0)), ("pendingTask", .bool(false)),
        ]
        if let replica = replicas.first(where: { $0.name == index }) {
            attributes.append(("primary", .string(replica.primary.text)))
            if replica.isVirtual { attributes.append(("virtual", .bool(true))) }
        }
        let own = replicas.filter { $0.primary == index }
        if !own.isEmpty { attributes.append(("replicas", .array(own.map { .string($0.name.text) }))) }
        return .object(attributes)
    }

    /// An index that has the records of another one, sorted otherwise.
    private struct Replica {
        let name: IndexName
        let primary: IndexName
        var isVirtual: Bool { name.hasSuffix("_desc") }
    }

    /// By their names: `products_price_asc` is a replica of `products`.
    private static func replicas(among names: [IndexName]) -> [Replica] {
        names.filter { $0.hasSuffix("_asc") || $0.hasSuffix("_desc") }.compactMap { name in
            names.filter { !$0.isEmpty && name.text.utf8.starts(with: "\($0)_".utf8) }.max {
                $0.text.utf8.count < $1.text.utf8.count
            }
            .map { Replica(name: name, primary: $0) }
        }
    }

    /// `2026-07-15T00:00:00.000Z`.
    private static func milliseconds(_ time: UnixTime) -> String {
        "\(RFC3339.string(time).dropLast()).000Z"
    }
}
