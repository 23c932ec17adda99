/// Keeps labels from lying on one another.
///
/// It calculates for the narrowest drawing: on a wider one, places are farther apart and texts are no longer.
struct LabelRoom {
    enum Anchor: String { case start, middle, end }

    private struct Box {
        var left, right, top, bottom: Double
    }

    /// The width of a drawing on a phone of 320 pixels.
    private static let narrowest = 288.0
    /// The width of a character in a wide font, in pixels.
    private static let character = 7.2
    /// The height of a line of text, in pixels.
    static let height = 14.0
    /// The number of characters that fit from one side to the other.
    static let characters = Int(narrowest / character)

    private var boxes: [Box] = []

    /// Takes the first of `baselines` (pixels from the top) where the text lies on no other. Nil when there is none.
    mutating func place(_ text: String, at share: Double, _ anchor: Anchor, baselines: [Double]) -> Double? {
        let width = Double(text.unicodeScalars.count) * Self.character
        let place = share * Self.narrowest
        let left =
            switch anchor {
            case .start: place
            case .middle: place - width / 2
            case .end: place - width
            }
        for baseline in baselines {
            let box = Box(left: left, right: left + width, top: baseline - Self.height + 3, bottom: baseline + 3)
            guard !boxes.contains(where: { Self.overlap($0, box) }) else { continue }
            boxes.append(box)
            return baseline
        }
        return nil
    }

    /// A text that fits into a share of the width, its end cut off if necessary.
    static func shortened(_ text: String, to share: Double) -> String {
        let most = Int(Double(characters) * share)
        return text.count <= most ? text : text.prefix(max(most - 1, 1)) + "…"
    }

    private static func overlap(_ one: Box, _ other: Box) -> Bool {
        one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
    }
}
