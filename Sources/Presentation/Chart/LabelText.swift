/// Lengths of labels, reckoned for the narrowest drawing: on a wider one there is more room, and texts are no longer.
enum LabelText {
    /// The width of a drawing on a phone of 320 pixels.
    static let narrowest = 288.0
    /// The width of a character in a wide font, in pixels.
    static let character = 7.2
    /// The number of characters that fit from one side to the other.
    static let characters = Int(narrowest / character)

    /// The width of a text, in pixels.
    static func width(_ text: String) -> Double { Double(text.unicodeScalars.count) * character }

    /// A text that fits into a share of the width, its end cut off if necessary.
    static func shortened(_ text: String, to share: Double) -> String {
        shortened(text, most: Int(Double(characters) * share))
    }

    /// A text of at most so many characters.
    static func shortened(_ text: String, most: Int) -> String {
        text.count <= most ? text : text.prefix(max(most - 1, 1)) + "…"
    }
}
