/// Quoting of CSV (RFC 4180).
public enum CSVField {
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
