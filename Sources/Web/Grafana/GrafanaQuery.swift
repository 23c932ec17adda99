internal import UsageModel

/// The body of `/grafana/query`.
struct GrafanaQuery: Decodable, Sendable {
    var range: GrafanaRange?
    var maxDataPoints: GrafanaScalar?
    var intervalMs: GrafanaScalar?
    var targets: [GrafanaTarget]?
    var adhocFilters: [AdHocFilter]?
    /// The ad hoc filters as newer versions name them.
    var filters: [AdHocFilter]?

    var everyFilter: [AdHocFilter] { (adhocFilters ?? []) + (filters ?? []) }

    private enum CodingKeys: CodingKey {
        case range, maxDataPoints, intervalMs, targets, adhocFilters, filters
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        range = try fields.decodeIfPresent(GrafanaRange.self, forKey: .range)
        maxDataPoints = try fields.decodeIfPresent(GrafanaScalar.self, forKey: .maxDataPoints)
        intervalMs = try fields.decodeIfPresent(GrafanaScalar.self, forKey: .intervalMs)
        let limit = GrafanaAnswer.targetLimit
        targets = try fields.decodeList(GrafanaTarget.self, forKey: .targets, atMost: limit)
        adhocFilters = try fields.decodeList(AdHocFilter.self, forKey: .adhocFilters, atMost: limit)
        filters = try fields.decodeList(AdHocFilter.self, forKey: .filters, atMost: limit)
    }
}

/// One query of a panel.
struct GrafanaTarget: Decodable, Sendable {
    let refId: String?
    /// Statistics.
    let target: NameChoice
    let payload: GrafanaPayload
    let isHidden: Bool
    let isTable: Bool

    private enum CodingKeys: CodingKey {
        case refId, target, payload, data, hide, type
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        refId = try fields.decodeIfPresent(String.self, forKey: .refId)
        guard refId?.utf8.count ?? 0 <= DocumentBudget.refIdBytes else {
            throw Problem.parameter(
                GrafanaBody.name(fields.codingPath + [CodingKeys.refId]),
                "it is too long to be sent back with each series",
                accepted: "at most \(DocumentBudget.refIdBytes) bytes")
        }
        isHidden = try fields.decodeIfPresent(Bool.self, forKey: .hide) ?? false
        // The former name of the payload field.
        let key: CodingKeys = try fields.decodeIfPresent(Presence.self, forKey: .payload) == nil ? .data : .payload
        payload = try fields.decodeIfPresent(GrafanaPayload.self, forKey: key) ?? GrafanaPayload()
        if let text = payload.plainText {
            throw Problem.parameter(
                GrafanaBody.name(fields.codingPath + [key]), "\"\(text)\" is not a JSON object",
                accepted: #"an object such as {"index": "products"}, or its text"#)
        }
        let names = try fields.decodeIfPresent(NameChoice.self, forKey: .target)?.named ?? NameChoice()
        target = names.isEmpty ? payload.statistic : names
        isTable = try fields.decodeIfPresent(GrafanaScalar.self, forKey: .type)?.text == "table" || payload.isTable
    }

    /// Any value.
    private struct Presence: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// The name of the target where no series has a name.
    var name: String { target.texts.joined(separator: ", ") }
}
