internal import UsageModel

/// The query of a usage request, validated in the vendor's order and words, but with a range of any length.
struct UsageParameters: Hashable {
    var granularity: Granularity
    /// From `startDate` to before `endDate`, as asked.
    var range: TimeRange

    /// - Parameter query: raw; nil without any.
    /// - Throws: ``VendorError`` 422 that names the wrong parameter.
    init(_ query: Substring?) throws(VendorError) {
        let values = Self.values(query ?? "")
        switch values["granularity"] {
        case "hourly": granularity = .hourly
        case nil, "daily": granularity = .daily
        case let other?:
            throw VendorError(422, "Invalid granularity \"\(other)\": must be \"hourly\" or \"daily\"")
        }
        let start = try Self.time("startDate", values)
        let end = try Self.time("endDate", values)
        guard start < end else { throw VendorError(422, "startDate must be before endDate") }
        range = TimeRange(start, end)
    }

    /// The requested buckets, as the range from the first one's start to the last one's
    /// end: those that begin in ``range``.
    var buckets: TimeRange {
        TimeRange(granularity.ceiling(range.start), granularity.ceiling(range.end))
    }

    private static func time(_ name: String, _ values: [String: String]) throws(VendorError) -> UnixTime {
        guard let text = values[name], !text.isEmpty else { throw VendorError(422, "\(name) is required") }
        guard let time = RFC3339.parse(text, roundsUp: true) else {
            throw VendorError(422, "Invalid \(name) \"\(text)\": must be RFC 3339, such as 2026-07-15T00:00:00Z")
        }
        return time
    }

    /// Decoded as a form. The first of a name counts; what is not properly encoded is ignored.
    private static func values(_ query: Substring) -> [String: String] {
        var values: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decoded(parts[0]),
                let value = parts.count > 1 ? PercentEncoding.decoded(parts[1], plusIsSpace: true) : ""
            else { continue }
            values[name] = values[name] ?? value
        }
        return values
    }
}
