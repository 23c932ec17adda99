internal import UsageModel

/// A number, or its text: what of the two Grafana sends depends on the plugin's age.
struct GrafanaScalar: Decodable, Sendable {
    /// Empty for `null`.
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            text = ""
        } else if let text = try? container.decode(String.self) {
            self.text = text
        } else if let integer = try? container.decode(Int64.self) {
            text = integer.description
        } else if let real = try? container.decode(Double.self) {
            text = real.description
        } else {
            throw Problem.parameter(
                GrafanaBody.name(decoder.codingPath), "neither text nor a number", accepted: "a text or a number")
        }
    }

    /// The number, if it is above 0; nil for none.
    /// - Throws: ``Problem`` for what is not a number.
    func positive(_ field: String) throws -> Double? {
        if text.isEmpty { return nil }
        guard let number = Double(text), number.isFinite else {
            throw Problem.parameter(field, "\"\(text)\" is not a number", accepted: "a number above 0")
        }
        return number > 0 ? number : nil
    }
}

/// The `range` of a request.
struct GrafanaRange: Decodable, Sendable {
    private var from: GrafanaScalar?
    private var to: GrafanaScalar?

    /// The range that is asked for, `to` being the first instant after it; the last day where nothing is said.
    func range(now: UnixTime) throws -> TimeRange {
        let end = try time(to, "range.to", now: now) ?? now
        let start = try time(from, "range.from", now: now) ?? end - 86_400
        guard start <= end else {
            throw Problem.parameter(
                "range.from", "\(RFC3339.string(start)) is after range.to, \(RFC3339.string(end))",
                accepted: "a time before range.to")
        }
        return TimeRange(start, end)
    }

    private func time(_ text: GrafanaScalar?, _ field: String, now: UnixTime) throws -> UnixTime? {
        guard let text = text?.text, !text.isEmpty else { return nil }
        return try TimeParameter.parse(text, name: field, now: now)
    }

    /// The last day.
    static func day(now: UnixTime) -> TimeRange { TimeRange(now - 86_400, now) }
}
