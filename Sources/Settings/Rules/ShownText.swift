/// How a text from the file appears in an error.
package enum ShownText {
    /// The most characters that are repeated.
    private static let longest = 60
    /// The shortest run of letters and digits that may be a key; Algolia's keys have 32.
    private static let keyLength = 20

    /// `text` in quotes, or a phrase instead of it when it could hold a key:
    /// one in the wrong place, or one that a forgotten space joined to the line
    /// above (`id: APP` followed by `usage_api_key:…`).
    static func quoted(_ text: String) -> String {
        if mayHoldKey(text) { return "this text (not shown, it may hold a key)" }
        let short = text.count > longest ? "\(text.prefix(longest))…" : text
        return short.debugDescription
    }

    /// Whether `text` names a key together with something else, or has one's length.
    package static func mayHoldKey(_ text: String) -> Bool {
        let isName = text.allSatisfy { !$0.isWhitespace && $0 != ":" && $0 != "=" }
        if !isName, text.lowercased().contains("key") { return true }
        return text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.contains { $0.count >= keyLength }
    }
}
