/// Text inside HTML and SVG, wherever it came from.
public enum HTMLText {
    /// `text` for an element's content or a quoted attribute, in HTML and in XML.
    ///
    /// Scalars that neither format allows (control characters, noncharacters) become U+FFFD. Works on scalars,
    /// because `<` and an accent after it are one `Character`.
    public static func escape(_ text: String) -> String {
        // Most texts of a page are plain, and a page has thousands.
        if isPlain(text) { return text }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case _ where isForbidden(scalar.value): escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Whether `text` has nothing to escape, as far as its bytes tell: where they leave it open, it is not.
    private static func isPlain(_ text: String) -> Bool {
        var before: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x26, 0x3C, 0x3E, 0x22, 0x27, 0..<0x20, 0x7F: return false
            // U+0080 to U+009F are controls; noncharacters begin with EF, or with what planes beyond the first begin with.
            case 0x80...0x9F where before == 0xC2: return false
            case 0xEF...: return false
            default: before = byte
            }
        }
        return true
    }

    /// Outside XML 1.0's `Char`, or what HTML calls a control or a noncharacter.
    private static func isForbidden(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: scalar & 0xFFFE == 0xFFFE
        }
    }
}
