#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The choices of a user besides the target, in a query or a variable.
struct GrafanaPayload: Decodable, Sendable {
    /// The list that a variable shows.
    var target = NameChoice()
    var application = NameChoice()
    /// An empty text is the application level.
    var index = NameChoice()
    var key = NameChoice()
    var statistic = NameChoice()
    var granularity = NameChoice()
    var aggregate = NameChoice()
    /// `table` for a table.
    var format = NameChoice()
    /// The text that was sent instead of an object: a variable may name just what it lists.
    var plainText: String?

    init() {}

    private enum CodingKeys: CodingKey {
        case target, application, index, key, statistic, granularity, aggregate, format, type
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() { return }
        if let text = try? value.decode(String.self) {
            self = try Self.parse(text, field: GrafanaBody.name(decoder.codingPath))
            return
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func choice(_ key: CodingKeys) throws -> NameChoice {
            try fields.decodeIfPresent(NameChoice.self, forKey: key) ?? NameChoice()
        }
        target = try choice(.target).named
        application = try choice(.application).named
        index = try choice(.index)
        key = try choice(.key).named
        statistic = try choice(.statistic).named
        granularity = try choice(.granularity).named
        aggregate = try choice(.aggregate).named
        format = NameChoice(try choice(.format).texts + choice(.type).texts)
    }

    /// Older plugins send the object as text, in which Grafana has replaced variables.
    private static func parse(_ text: String, field: String) throws -> GrafanaPayload {
        let text = text.drop { $0.isWhitespace }
        guard text.first == "{" else {
            var payload = GrafanaPayload()
            payload.plainText = text.isEmpty ? nil : String(text)
            return payload
        }
        return try GrafanaBody.decode(GrafanaPayload.self, Array(escaped(text).utf8), field: field)
    }

    /// `text` with `\.` as `\\.`: a regex's escape within a text of JSON is none of JSON's.
    private static func escaped(_ text: Substring) -> String {
        var result = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            result.append(scalar)
            guard scalar == "\\", let next = scalars.popFirst() else { continue }
            if !"\"\\/bfnrtu".unicodeScalars.contains(next) { result.append("\\") }
            result.append(next)
        }
        return String(result)
    }

    var isTable: Bool { format.texts.contains("table") }
}
