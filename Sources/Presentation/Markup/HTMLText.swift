/// Text inside HTML and SVG, wherever it came from.
public enum HTMLText {
    /// `text` for an element's content or a quoted attribute, in HTML and in XML.
    ///
    /// Scalars that neither format allows (control characters, noncharacters) become U+FFFD. Works on scalars,
    /// because `<` and an accent after it are one `Character`.
    public static func escape(_ text: String) -> String {
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

    /// Outside XML 1.0's `Char`, or what HTML calls a control or a noncharacter.
    private static func isForbidden(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F...0x9F, 0xFDD0...0xFDEF: true
        default: scalar & 0xFFFE == 0xFFFE
        }
    }
}
