extension LinearRegex.Parser {
    /// Reads what follows `(?`: a name, flags, or something that is refused.
    /// - Returns: whether a group begins; otherwise these were flags for the rest of the one at hand.
    mutating func groupKind(_ start: Int) throws(LinearRegex.Failure) -> Bool {
        for (opening, what) in Self.refused where read(opening) {
            throw LinearRegex.Failure(pattern[start..<position], "is \(what), which is not supported")
        }
        if read("P<") || read("<") {
            let first = position
            while let scalar = peek, scalar == "_" || Self.isAlphanumeric(scalar) { position += 1 }
            guard position > first, read(">") else {
                throw LinearRegex.Failure(pattern[start...], "is a group without a proper name")
            }
            return true
        }
        return try readFlags(start)
    }

    private static let refused = [
        ("=", "a lookahead"), ("!", "a lookahead"), ("<=", "a lookbehind"), ("<!", "a lookbehind"),
        (">", "an atomic group"), ("#", "a comment"), ("P=", "a backreference"), ("P>", "a recursion"),
        ("R", "a recursion"), ("|", "a group with alternative numbers"), ("(", "a condition"),
    ]

    /// `i`, `s`, `-i`, `i-s` and the like, until `)` or `:`.
    private mutating func readFlags(_ start: Int) throws(LinearRegex.Failure) -> Bool {
        var new = flags
        var isOn = true
        /// Whether the minus has a flag after it.
        var isComplete = true
        while let scalar = peek {
            position += 1
            switch scalar {
            case "i": new.isFolded = isOn
            case "s": new.dotMatchesNewline = isOn
            case "m", "U":
                throw LinearRegex.Failure(
                    pattern[start..<position], "has the flag \(scalar), which is not supported; only i and s are")
            case "-" where isOn:
                isOn = false
                isComplete = false
                continue
            case ":" where isComplete, ")" where isComplete:
                flags = new
                return scalar == ":"
            default: throw LinearRegex.Failure(pattern[start..<position], "is not a kind of group")
            }
            isComplete = true
        }
        throw LinearRegex.Failure(pattern[start...], "is a group that is not closed")
    }

    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}
