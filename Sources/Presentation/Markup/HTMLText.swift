public import Mustache

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

/// Text that may stand in HTML as it is. A template is given nothing else, so that it cannot let anything through
/// that was not escaped.
///
/// The template engine's own escaping looks at characters, and `<` with an accent after it is another one than `<`:
/// templates say `{{{name}}}`, and ``HTMLText`` escapes.
public struct HTMLFragment: Sendable, MustacheCustomRenderable {
    public let renderText: String
    /// Never: a template's section is there for an empty text too.
    public var isNull: Bool { false }

    /// Any text, escaped.
    public init(_ text: String) { renderText = HTMLText.escape(text) }

    /// Markup that was written here, and in which everything else is escaped.
    public init(markup: String) { renderText = markup }
}
