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

    /// A row for each point; `null` where a series has no index or key.
    static func points(_ series: [GrafanaResult.Series], refId: String?) -> JSONBytes {
        var table = GrafanaTable(
            refId,
            [
                "time": .time, "application": .string, "index": .string, "key": .string, "statistic": .string,
                "value": .number,
            ])
        for one in series {
            var identity = JSONBytes(capacity: 128)
            identity.string(one.key.application)
            for text in [one.key.index.text, one.key.key.text, one.key.statistic.text] {
                identity.raw(",")
                identity.stringOrNull(text)
            }
            for point in one.points {
                table.row { json in
                    json.integer(point.time * 1000)
                    json.raw(",")
                    json.append(identity)
                    json.raw(",")
                    json.number(point.value)
                }
            }
        }
        return table.finish()
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
