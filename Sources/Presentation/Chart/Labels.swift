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

/// Names at the right ends of lines, beside the plot, so that none lies on another.
enum EndLabels {
    /// More lines have a legend only.
    static let most = 4
    /// The height of a line of text, in pixels.
    private static let height = 15.0
    /// A label that is farther from its line's end would seem to be another line's.
    private static let farthest = 48.0

    /// The middle of each label, in pixels, in the order of `ends`; nil where there is no room for all of them.
    /// - Parameter ends: the heights at which the lines end.
    static func placed(_ ends: [Double], top: Double, bottom: Double) -> [Double]? {
        guard (2...most).contains(ends.count) else { return nil }
        let order = ends.indices.sorted { (ends[$0], $0) < (ends[$1], $1) }
        var places = ends
        var free = top
        for index in order {
            places[index] = max(ends[index], free)
            free = places[index] + height
        }
        // Labels that were pushed below the plot push the others back up.
        var lowest = bottom
        for index in order.reversed() {
            places[index] = min(places[index], lowest)
            lowest = places[index] - height
        }
        let fits = zip(ends, places).allSatisfy { abs($0 - $1) <= farthest }
        return fits && (order.first.map { places[$0] >= top - height / 2 } ?? false) ? places : nil
    }
}
