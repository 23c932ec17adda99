extension String {
    /// Without the white space and line ends around it.
    var withoutSurroundingSpace: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last].drop { $0.isWhitespace })
    }
}
