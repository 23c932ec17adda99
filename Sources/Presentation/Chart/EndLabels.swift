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
