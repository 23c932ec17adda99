import Settings

/// Texts that repeat what a user wrote, without the passwords and keys that may be in it.
enum SecretFreeText {
    /// `text` without users and passwords of URLs.
    static func withoutPasswords(_ text: String) -> String {
        text.replacing(/(:\/\/)[^\/@\s'"]*@/) { "\($0.1)***@" }
    }

    /// The same without words that may be keys.
    static func withoutKeys(_ text: String) -> String {
        withoutPasswords(text).replacing(/[^\s'"]+/) { word in
            let word = String(word.output)
            // A number, however long, is no key.
            let isNumber = word.split(separator: "=").last?.allSatisfy(\.isNumber) ?? false
            return ShownText.mayHoldKey(word) && !isNumber ? "(not shown, it may hold a key)" : word
        }
    }
}
