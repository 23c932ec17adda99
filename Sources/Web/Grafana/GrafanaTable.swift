internal import UsageModel

/// Writes tables of `/grafana/query`, row by row.
struct GrafanaTable {
    enum ColumnType: String {
        case time, string, number
    }

    private var json: JSONBytes
    private var isEmpty = true

    /// Begins a table.
    private init(_ refId: String?, _ columns: KeyValuePairs<String, ColumnType>) {
        json = JSONBytes()
        json.raw(#"{"type":"table""#)
        if let refId {
            json.raw(#","refId":"#)
            json.string(refId)
        }
        json.raw(#","columns":["#)
        for (position, column) in columns.enumerated() {
            json.raw(position == 0 ? #"{"text":"# : #",{"text":"#)
            json.string(column.key)
            json.raw(#","type":"#)
            json.string(column.value.rawValue)
            json.raw("}")
        }
        json.raw(#"],"rows":["#)
    }

    /// Appends a row.
    private mutating func row(_ write: (inout JSONBytes) -> Void) {
        json.raw(isEmpty ? "[" : ",[")
        isEmpty = false
        write(&json)
        json.raw("]")
    }

    private mutating func finish() -> JSONBytes {
        json.raw("]}")
        return json
    }

    /// Begins a table of points; ``rows(_:_:hasRow:to:)`` and ``end`` follow.
    static func pointsHead(refId: String?) -> JSONBytes {
        GrafanaTable(
            refId,
            [
                "time": .time, "application": .string, "index": .string, "key": .string, "statistic": .string,
                "value": .number,
            ]
        ).json
    }

    /// The end of a table, after its last row.
    static let end = Array("]}".utf8)

    /// A row for each point; `null` where the series has no index or key.
    /// - Parameter hasRow: whether there is a row before them.
    static func rows(_ points: [Point], _ key: SeriesKey, hasRow: inout Bool, to json: inout JSONBytes) {
        var identity = JSONBytes(capacity: 128)
        identity.string(key.application)
        for text in [key.index.text, key.key.text, key.statistic.text] {
            identity.raw(",")
            identity.stringOrNull(text)
        }
        for point in points {
            json.raw(hasRow ? ",[" : "[")
            hasRow = true
            json.integer(point.time * 1000)
            json.raw(",")
            json.append(identity)
            json.raw(",")
            json.number(point.value)
            json.raw("]")
        }
    }

    /// A row for each annotation, its columns called as Grafana calls the parts of one.
    static func annotations(_ annotations: [GrafanaAnnotation], refId: String?) -> JSONBytes {
        var table = GrafanaTable(
            refId, ["time": .time, "timeEnd": .time, "title": .string, "text": .string, "tags": .string])
        for annotation in annotations {
            table.row { json in
                json.integer(annotation.range.start * 1000)
                json.raw(",")
                json.integer(annotation.range.end * 1000)
                for text in [annotation.title, annotation.text, annotation.tags.joined(separator: ",")] {
                    json.raw(",")
                    json.string(text)
                }
            }
        }
        return table.finish()
    }
}
