/// A place in the configuration file, both from 1.
struct Place: Comparable {
    var line: Int
    /// Counted in Unicode scalars.
    var column: Int

    static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

extension Place {
    /// The place of the character at `offset` of `text`.
    init(offset: Int, in text: String) {
        let before = text.prefix(offset)
        let line = before.lastIndex(where: \.isNewline).map { before[before.index(after: $0)...] } ?? before
        self.init(line: before.count(where: \.isNewline) + 1, column: line.unicodeScalars.count + 1)
    }
}
