extension StringProtocol {
    /// The text without characters that a terminal obeys, or that make a line look like another: controls,
    /// line and paragraph separators, and marks that turn the direction of writing become `\u{…}`.
    ///
    /// - Parameter keepsLines: whether line ends stay.
    public func printable(keepsLines: Bool = false) -> String {
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isObeyed, !(keepsLines && scalar == "\n") {
                text += scalar.escaped(asASCII: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether terminals or readers obey it instead of showing it.
    var isObeyed: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x200E...0x200F, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
