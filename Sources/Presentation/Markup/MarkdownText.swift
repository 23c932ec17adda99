/// Text inside GitHub's Markdown, wherever it came from.
public enum MarkdownText {
    /// Characters that may begin markup within a line: emphasis, code, links, HTML, entities, tables, formulas.
    private static let special: Set<Unicode.Scalar> = [
        "\\", "`", "*", "_", "[", "]", "<", ">", "|", "~", "&", "#", "$",
    ]

    /// `text` within a line or a cell, every character of it literal. Line breaks and other control characters
    /// become spaces. Works on scalars, because `|` and an accent after it are one `Character`.
    public static func escape(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: escaped.append(" ")
            default:
                if special.contains(scalar) { escaped.append("\\") }
                escaped.append(scalar)
            }
        }
        // Addresses become links without any mark.
        return String(escaped).replacing("://", with: "\\://").replacing("www.", with: "www\\.")
    }

    /// `text` on a separate line, which must not become a list, a heading or code.
    public static func line(_ text: String) -> String {
        let escaped = escape(text)
        let line = escaped.unicodeScalars.drop { $0 == " " }
        let digits = line.prefix { ("0"..."9").contains($0) }
        let rest = line.dropFirst(digits.count)
        guard let mark = rest.first else { return String(line) }
        if digits.isEmpty, ["-", "+", "=", ":"].contains(mark) { return "\\" + String(line) }
        // `1.` begins a list, `1.5` does not.
        if !digits.isEmpty, [".", ")"].contains(mark), rest.dropFirst().first.map({ $0 == " " }) ?? true {
            return String(digits) + "\\" + String(line.dropFirst(digits.count))
        }
        return String(line)
    }
}
