/// Points as rows with the identity of their series: the forms that answers and exports share.
public enum PointRows {
    /// Appends one point as a JSON object.
    /// - Parameter identity: ``identity(of:)`` of its series.
    public static func row(_ point: Point, _ identity: JSONBytes, to json: inout JSONBytes) {
        json.raw(#"{"time":"#)
        json.string(RFC3339.string(point.time))
        json.raw(",")
        json.append(identity)
        json.raw(#","value":"#)
        json.number(point.value)
        json.raw("}")
    }

    /// The rows of one series as JSON lines.
    public static func jsonLines(_ key: SeriesKey, _ points: [Point]) -> [UInt8] {
        let identity = identity(of: key)
        var json = JSONBytes(capacity: points.count * (identity.bytes.count + 64))
        for point in points {
            row(point, identity, to: &json)
            json.raw("\n")
        }
        return json.bytes
    }

    /// The attributes that tell which series it is; `null` where it has no index or key.
    public static func identity(of key: SeriesKey) -> JSONBytes {
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

    /// The header of ``csv(_:_:)``.
    public static let csvHeader = Array("time,application,index,key,statistic,value\n".utf8)

    /// The rows of one series as CSV (RFC 4180, lines end in LF), without a header.
    public static func csv(_ key: SeriesKey, _ points: [Point]) -> [UInt8] {
        // Names come back byte by byte, for programs. What people open in a spreadsheet is the report.
        var identity: [UInt8] = []
        for (position, text) in [key.application.text, key.index.text, key.key.text, key.statistic.text].enumerated() {
            if position > 0 { identity.append(UInt8(ascii: ",")) }
            CSVField.append(text, to: &identity)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * (identity.count + 40))
        for point in points {
            bytes += RFC3339.string(point.time).utf8
            bytes.append(UInt8(ascii: ","))
            bytes += identity
            bytes.append(UInt8(ascii: ","))
            // An infinite sum is none here, as it is null in JSON.
            if point.value.double.isFinite { bytes += point.value.description.utf8 }
            bytes.append(0x0A)
        }
        return bytes
    }
}

/// Quoting of CSV (RFC 4180).
public enum CSVField {
    /// `=`, `+`, `-`, `@`, a tab and a carriage return.
    private static let formulaStarts: [UInt8] = [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D]

    /// Appends a field of a file that people open in a spreadsheet. A text that would be taken for a formula gets an
    /// apostrophe before it, as OWASP advises: names come from anyone who can create an index.
    public static func appendForSpreadsheet(_ text: String, to bytes: inout [UInt8]) {
        let isFormula = text.utf8.first.map { formulaStarts.contains($0) } ?? false
        append(isFormula ? "'" + text : text, to: &bytes)
    }

    /// Appends one field: as it is, or in quotes when it has a quote, a comma or a line end.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
