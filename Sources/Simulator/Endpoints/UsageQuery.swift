import UsageModel

/// The query of a usage request, validated as Algolia does.
struct UsageQuery: Sendable {
    let granularity: Granularity
    let range: TimeRange

    /// The longest range in seconds: 7 days hourly, 365 days daily.
    static func longestRange(_ granularity: Granularity) -> Int64 {
        granularity == .hourly ? 7 * 86_400 : 365 * 86_400
    }

    /// - Throws: ``APIError`` with status 422 that names the wrong parameter.
    init(_ parameters: [String: String]) throws(APIError) {
        let (granularity, start, end) = Self.loosely(parameters)
        guard let granularity else {
            throw APIError(
                422, "Invalid granularity \"\(parameters["granularity"] ?? "")\": must be \"hourly\" or \"daily\"")
        }
        func require(_ time: UnixTime?, _ name: String) throws(APIError) -> UnixTime {
            if let time { return time }
            guard let text = parameters[name], !text.isEmpty else { throw APIError(422, "\(name) is required") }
            throw APIError(422, "Invalid \(name) \"\(text)\": must be RFC 3339, such as 2026-07-15T00:00:00Z")
        }
        let first = try require(start, "startDate")
        let last = try require(end, "endDate")
        guard first < last else { throw APIError(422, "startDate must be before endDate") }
        guard last - first <= Self.longestRange(granularity) else {
            let days = Self.longestRange(granularity) / 86_400
            throw APIError(
                422,
                "The range between startDate and endDate must not exceed \(days) days when granularity is "
                    + "\"\(granularity.rawValue)\"")
        }
        self.granularity = granularity
        range = TimeRange(first, last)
    }

    /// Returns the parameters as far as they can be read, for the request log.
    static func loosely(
        _ parameters: [String: String]
    ) -> (granularity: Granularity?, start: UnixTime?, end: UnixTime?) {
        let granularity: Granularity? =
            switch parameters["granularity"] {
            case "hourly": .hourly
            case nil, "daily": .daily
            default: nil
            }
        return (
            granularity, parameters["startDate"].flatMap { RFC3339.parse($0, roundsUp: true) },
            parameters["endDate"].flatMap { RFC3339.parse($0, roundsUp: true) }
        )
    }
}
