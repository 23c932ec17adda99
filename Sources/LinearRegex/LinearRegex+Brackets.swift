extension LinearRegex.Parser {
    /// Reads a class after its `[`, and writes it.
    mutating func bracketed(_ start: Int) throws(LinearRegex.Failure) {
        let isNegated = read("^")
        var members: [LinearRegex.ScalarClass.Member] = []
        var ranges: [ClosedRange<UInt32>] = []
        // A bracket that would end an empty class is a member.
        var isFirst = true
        while isFirst || peek != "]" {
            guard let scalar = peek else {
                throw LinearRegex.Failure(pattern[start...], "is a class that is not closed")
            }
            isFirst = false
            let first = position
            if scalar == "[", let member = try named() {
                members.append(member)
            } else if scalar == "\\", let member = try escapedMember() {
                members.append(member)
            } else {
                let lower = try member(start)
                // A minus before the end is a member.
                guard peek == "-", position + 1 < pattern.count, pattern[position + 1] != "]" else {
                    ranges.append(lower...lower)
                    continue
                }
                position += 1
                let upper = try member(start)
                guard lower <= upper else {
                    throw LinearRegex.Failure(pattern[first..<position], "is a range that ends before it begins")
                }
                ranges.append(lower...upper)
            }
        }
        position += 1
        members.append(.init(content: .ranges(ranges), isFolded: flags.isFolded))
        try write(pattern[start..<position], members, isNegated: isNegated)
    }

    /// One scalar, which may be escaped.
    private mutating func member(_ start: Int) throws(LinearRegex.Failure) -> UInt32 {
        guard let scalar = peek else {
            throw LinearRegex.Failure(pattern[start...], "is a class that is not closed")
        }
        position += 1
        return scalar == "\\" ? try scalarEscape(position - 1).value : scalar.value
    }

    /// `\d` and the like; nil, and nothing read, for another escape.
    private mutating func escapedMember() throws(LinearRegex.Failure) -> LinearRegex.ScalarClass.Member? {
        position += 1
        if let member = try classEscape(position - 1) { return member }
        position -= 1
        return nil
    }

    /// `[:alpha:]` or `[:^alpha:]`; nil, and nothing read, if it does not look like one.
    private mutating func named() throws(LinearRegex.Failure) -> LinearRegex.ScalarClass.Member? {
        let start = position
        guard read("[:") else { return nil }
        let isNegated = read("^")
        let first = position
        while let scalar = peek, LinearRegex.Parser.isAlphanumeric(scalar) { position += 1 }
        let name = String(String.UnicodeScalarView(pattern[first..<position]))
        guard read(":]") else {
            position = start
            return nil
        }
        guard let ranges = Self.namedClasses[name] else {
            throw LinearRegex.Failure(pattern[start..<position], "is not a known class")
        }
        return .init(content: .ranges(ranges), isNegated: isNegated, isFolded: flags.isFolded)
    }

    /// The classes of POSIX, of ASCII, and `word`, which RE2 adds.
    private static let namedClasses: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A],
        "alpha": [0x41...0x5A, 0x61...0x7A],
        "ascii": [0x00...0x7F],
        "blank": [0x09...0x09, 0x20...0x20],
        "cntrl": [0x00...0x1F, 0x7F...0x7F],
        "digit": [0x30...0x39],
        "graph": [0x21...0x7E],
        "lower": [0x61...0x7A],
        "print": [0x20...0x7E],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20],
        "upper": [0x41...0x5A],
        "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
        "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
