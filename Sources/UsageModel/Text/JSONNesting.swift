/// How deeply the containers of a JSON document are nested, without decoding it.
///
/// Foundation's decoder recurses, and ends the process on more than 512 levels: ask this before any
/// document from outside is given to it. Linear in the document, and needs no memory.
///
/// Foundation decodes UTF-16 and UTF-32, too, in which a byte that looks like a quote may be half of another
/// character. JSON in UTF-8 (RFC 8259, section 8.1) has none of the bytes 0, 0xFE and 0xFF, and either of the others
/// has one: such a document counts as nested too deeply.
public enum JSONNesting {
    /// Containers inside each other that no honest document has.
    public static let limit = 64

    /// Whether `[` and `{` are nested in each other more than `limit` deep anywhere in `bytes`.
    ///
    /// Brackets within strings do not count. The document need not be valid: whatever closes nothing is passed over,
    /// and what is left open counts, so that nothing that a decoder would descend into is missed.
    public static func exceeds(_ limit: Int = limit, in bytes: some Sequence<UInt8>) -> Bool {
        var depth = 0
        var isString = false
        var isEscaped = false
        for byte in bytes {
            if byte == 0 || byte >= 0xFE { return true }
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > limit { return true }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(depth - 1, 0)
            default: break
            }
        }
        return false
    }
}
