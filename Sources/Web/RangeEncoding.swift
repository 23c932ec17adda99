package import History
package import UsageModel

/// The three forms of a range query's answer.
package enum RangeEncoding {
    /// The series, each with its points as `[milliseconds, value]`.
    package static func json(_ answer: RangeAnswer, _ query: RangeQuery) -> [UInt8] {
        let points = answer.series.reduce(0) { $0 + $1.points.count }
        var json = JSONBytes(capacity: 512 + points * 28 + answer.series.count * 256)
        json.raw(#"{"start":"#)
        json.string(RFC3339.string(query.range.start))
        json.raw(#","end":"#)
        json.string(RFC3339.string(query.range.end))
        json.raw(#","granularity":"#)
        json.string(query.granularity.rawValue)
        json.raw(#","step":"#)
        json.string(DurationText.string(query.step ?? query.granularity.seconds))
        json.raw(#","aggregate":"#)
        // One word while all statistics are combined alike; each series says its own.
        let aggregates = Set(query.statistics.map(query.aggregate))
        json.stringOrNull(aggregates.count == 1 ? aggregates.first?.rawValue ?? "" : "")
        json.raw(#","coverage":"#)
        json.number((answer.coverage * 1e6).rounded() / 1e6)
        json.raw(#","series":["#)
        for (position, series) in answer.series.enumerated() {
            if position > 0 { json.raw(",") }
            json.raw("{")
            json.append(identity(of: series.key))
            json.raw(#","unit":"#)
            json.string(StatisticCatalogue.describe(series.key.statistic).unit.rawValue)
            json.raw(#","aggregate":"#)
            json.string(query.aggregate(for: series.key.statistic).rawValue)
            json.raw(#","points":"#)
            json.points(series.points)
            json.raw("}")
        }
        json.raw("]}")
        return json.bytes
    }

    /// A flat array with an object for each point.
    package static func rows(_ answer: RangeAnswer) -> [UInt8] {
        var json = JSONBytes(capacity: 1 << 16)
        json.raw("[")
        var isFirst = true
        for series in answer.series {
            let identity = identity(of: series.key)
            for point in series.points {
                if !isFirst { json.raw(",") }
                isFirst = false
                row(point, identity, to: &json)
            }
        }
        json.raw("]")
        return json.bytes
    }

    private static func row(_ point: Point, _ identity: JSONBytes, to json: inout JSONBytes) {
        json.raw(#"{"time":"#)
        json.string(RFC3339.string(point.time))
        json.raw(",")
        json.append(identity)
        json.raw(#","value":"#)
        json.number(point.value)
        json.raw("}")
    }

    /// The rows of one series as JSON lines.
    package static func jsonLines(_ key: SeriesKey, _ points: [Point]) -> [UInt8] {
        let identity = identity(of: key)
        var json = JSONBytes(capacity: points.count * (identity.bytes.count + 64))
        for point in points {
            row(point, identity, to: &json)
            json.raw("\n")
        }
        return json.bytes
    }

    /// The attributes that tell which series it is; `null` where it has no index or key.
    static func identity(of key: SeriesKey) -> JSONBytes {
        var json = JSONBytes()
        json.raw(#""application":"#)
        json.string(key.application)
        json.raw(#","index":"#)
        json.stringOrNull(key.index)
        json.raw(#","key":"#)
        json.stringOrNull(key.key)
        json.raw(#","statistic":"#)
        json.string(key.statistic)
        return json
    }

    /// The rows as CSV (RFC 4180, lines end in LF), with a header.
    package static func csv(_ answer: RangeAnswer) -> [UInt8] {
        answer.series.reduce(into: csvHeader) { $0 += csv($1.key, $1.points) }
    }

    package static let csvHeader = Array("time,application,index,key,statistic,value\n".utf8)

    /// The rows of one series as CSV, without a header.
    package static func csv(_ key: SeriesKey, _ points: [Point]) -> [UInt8] {
        let identity = [key.application.text, key.index.text, key.key.text, key.statistic.text].map(csvField).joined(
            separator: ",")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * (identity.utf8.count + 40))
        for point in points {
            bytes += RFC3339.string(point.time).utf8
            bytes.append(UInt8(ascii: ","))
            bytes += identity.utf8
            bytes.append(UInt8(ascii: ","))
            bytes += point.value.description.utf8
            bytes.append(0x0A)
        }
        return bytes
    }

    private static func csvField(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else { return text }
        // Scalars, because a quote and the accent after it are one character.
        var field = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "\"" { field.append("\"") }
            field.append(scalar)
        }
        field.append("\"")
        return String(field)
    }
}
