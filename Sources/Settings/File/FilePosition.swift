internal import Yams

/// A position in the configuration file, both from 1.
struct FilePosition: Comparable {
    var line: Int
    /// Counted in Unicode scalars.
    var column: Int

    static func < (left: FilePosition, right: FilePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension FilePosition {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

    /// The position of the character at `offset` of `text`.
    init(offset: Int, in text: String) {
        let before = text.prefix(offset)
        let line = before.lastIndex(where: \.isNewline).map { before[before.index(after: $0)...] } ?? before
        self.init(line: before.count(where: \.isNewline) + 1, column: line.unicodeScalars.count + 1)
    }
}
