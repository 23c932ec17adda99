import UsageModel

/// `GET /1/indexes`, which is all that the exporter needs of the Search API.
struct SearchEndpoint: Sendable {
    /// Items on a page, and the most that a client may ask for.
    static let defaultPageSize: Int64 = 100
    static let largestPageSize: Int64 = 1000

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
        let size = try number("hitsPerPage", 1...Self.largestPageSize, otherwise: Self.defaultPageSize)
        let names = truth.indices(application: application, at: now)
        let items = names.dropFirst(Int(page * size)).prefix(Int(size)).map { item(application, $0) }
        let pages = (Int64(names.count) + size - 1) / size
        return JSONValue.object([("items", .array(items)), ("nbPages", .integer(max(1, pages)))]).bytes
    }

    private func item(_ application: ApplicationID, _ index: IndexName) -> JSONValue {
        func level(_ statistic: StatisticName) -> JSONValue {
            JSONValue(
                truth.value(
                    application: application, index: index, statistic: statistic, granularity: .hourly,
                    bucket: now - 1, asOf: now) ?? .integer(0))
        }
        let created = truth.created(application: application, index: index) ?? now
        return .object([
            ("name", .string(index.text)),
            ("createdAt", .string(Self.milliseconds(created))),
            ("updatedAt", .string(Self.milliseconds(Granularity.hourly.floor(now)))),
            ("entries", level("records")), ("dataSize", level("data_size")), ("fileSize", level("file_size")),
            ("lastBuildTimeS", .integer(1)), ("numberOfPendingTasks", .integer(0)), ("pendingTask", .bool(false)),
        ])
    }

    /// `2026-07-15T00:00:00.000Z`.
    private static func milliseconds(_ time: UnixTime) -> String {
        "\(RFC3339.string(time).dropLast()).000Z"
    }
}
