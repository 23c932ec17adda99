package import NIOCore
internal import Transport

/// Text that another program sent, made fit to be shown: the words alone, short, without any of our secrets and
/// without characters that a terminal would obey.
///
/// Everything that a vendor says comes through here before it is part of an error.
package enum ForeignText {
    /// Characters that are shown.
    static let longest = 200
    /// Bytes of a body that are looked at.
    private static let examined = 1 << 16

    /// The text of an error's body: the message of `{"status","message"}`, `{"reason"}`, `{"error":"…"}` or
    /// `{"error":{"code","message"}}`, the title of a page, or the text as it is; `""` for nothing.
    package static func message(_ body: ByteBuffer, redacting secrets: [String] = []) -> String {
        let bytes = Array(body.readableBytesView.prefix(examined))
        let words = bytes.withUnsafeBufferPointer { ForeignWords.ofJSON($0) }
        let text = words ?? String(decoding: bytes, as: UTF8.self)
        return shown(words == nil ? ForeignWords.ofPage(text) ?? text : text, redacting: secrets)
    }

    /// `text` with each of `secrets` replaced, control characters escaped, white space as single spaces, and shortened.
    package static func shown(_ text: String, redacting secrets: [String] = []) -> String {
        var shown = ""
        var count = 0
        var isSpace = true
        for scalar in SecretText.redact(secrets, in: text).unicodeScalars {
            guard count < longest else { return shown + "…" }
            if scalar.properties.isWhitespace {
                if !isSpace { shown += " " }
                isSpace = true
                continue
            }
            isSpace = false
            count += 1
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown.last == " " ? String(shown.dropLast()) : shown
    }
}

/// Where the words are in a body.
private enum ForeignWords {
    /// Attributes that hold a message, the most telling first.
    private static let attributes = [
        "message", "reason", "error", "errors", "detail", "error_description", "title", "description",
    ]

    /// The message of a JSON document; nil when it is none, or has none.
    static func ofJSON(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var scanner = JSONScanner(bytes)
        return try? words(&scanner, depth: 0)
    }

    private static func words(_ scanner: inout JSONScanner, depth: Int) throws(UsageDecodingError) -> String? {
        switch try scanner.peek() {
        case UInt8(ascii: "\"") where depth > 0: return try scanner.text(scanner.string())
        case UInt8(ascii: "[") where depth > 0 && depth < 4:
            try scanner.expect(UInt8(ascii: "["))
            if try scanner.consume(UInt8(ascii: "]")) { return nil }
            var first: String?
            repeat {
                let words = try words(&scanner, depth: depth + 1)
                first = first ?? words
            } while try scanner.anotherElement(until: UInt8(ascii: "]"))
            return first
        case UInt8(ascii: "{") where depth < 4:
            try scanner.expect(UInt8(ascii: "{"))
            if try scanner.consume(UInt8(ascii: "}")) { return nil }
            var found: [String: String] = [:]
            repeat {
                let name = try scanner.text(scanner.string())
                try scanner.expect(UInt8(ascii: ":"))
                if attributes.contains(name) {
                    found[name] = try words(&scanner, depth: depth + 1)
                } else {
                    try scanner.skipValue()
                }
            } while try scanner.anotherElement(until: UInt8(ascii: "}"))
            return attributes.lazy.compactMap { found[$0] }.first
        default:
            try scanner.skipValue()
            return nil
        }
    }

    /// The title of an HTML or XML page, or its text without tags; nil for anything else.
    static func ofPage(_ text: String) -> String? {
        guard text.drop(while: \.isWhitespace).first == "<" else { return nil }
        let title = element("title", of: text) ?? element("h1", of: text) ?? text
        return entities.reduce(withoutTags(title)) { $0.replacing($1.0, with: $1.1) }
    }

    private static let entities = [
        ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]

    private static func element(_ name: String, of text: String) -> String? {
        let bytes = Array(text.utf8)
        // Tags are ASCII in either case; the text between them is left as it is.
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard let open = lower.firstRange(of: Array("<\(name)".utf8)),
            let start = lower[open.upperBound...].firstIndex(of: UInt8(ascii: ">")),
            let close = lower[start...].firstRange(of: Array("</\(name)".utf8))
        else { return nil }
        let content = String(decoding: bytes[(start + 1)..<close.lowerBound], as: UTF8.self)
        return content.allSatisfy(\.isWhitespace) ? nil : content
    }

    private static func withoutTags(_ text: String) -> String {
        var plain = ""
        var isTag = false
        for character in text {
            switch character {
            case "<": isTag = true
            case ">" where isTag:
                isTag = false
                plain += " "
            default: if !isTag { plain.append(character) }
            }
        }
        return plain
    }
}
