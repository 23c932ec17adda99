extension LinearRegex.Parser {
    /// Reads what follows a backslash outside of brackets, and writes it.
    mutating func escape(_ start: Int) throws(LinearRegex.Failure) {
        if let member = try classEscape(start) {
            try write(pattern[start..<position], [member])
        } else if read("A") {
            try write(.begin)
        } else if read("z") {
            try write(.end)
        } else if read("b") {
            try write(.boundary(true))
        } else if read("B") {
            try write(.boundary(false))
        } else if read("Q") {
            while position < pattern.count, !read("\\E") {
                position += 1
                try write(pattern[position - 1])
            }
        } else {
            try write(try scalarEscape(start))
        }
    }

    /// Reads an escape that stands for many scalars: `\d`, `\pL`, `\P{Lu}`; nil, and nothing read, for another.
    mutating func classEscape(_ start: Int) throws(LinearRegex.Failure) -> LinearRegex.ScalarClass.Member? {
        guard let letter = peek else { return nil }
        if let ranges = Self.perlClasses[letter] {
            position += 1
            return .init(content: .ranges(ranges), isFolded: flags.isFolded)
        }
        if let ranges = letter.properties.lowercaseMapping.unicodeScalars.first.flatMap({ Self.perlClasses[$0] }) {
            position += 1
            return .init(content: .ranges(ranges), isNegated: true, isFolded: flags.isFolded)
        }
        guard letter == "p" || letter == "P" else { return nil }
        position += 1
        var isNegated = letter == "P"
        let name = try categoryName(start)
        if name.first == "^" { isNegated.toggle() }
        guard let categories = LinearRegex.CategorySet(name: String(name.first == "^" ? name.dropFirst() : name[...]))
        else {
            throw LinearRegex.Failure(
                pattern[start..<position],
                "is not a general category such as L or Lu; scripts and other properties are not supported")
        }
        return .init(content: .categories(categories), isNegated: isNegated, isFolded: flags.isFolded)
    }

    /// The ones of ASCII, as in RE2. `\s` has no vertical tab there.
    private static let perlClasses: [Unicode.Scalar: [ClosedRange<UInt32>]] = [
        "d": [0x30...0x39], "w": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
        "s": [0x09...0x0A, 0x0C...0x0D, 0x20...0x20],
    ]

    /// One letter, or what is in braces.
    private mutating func categoryName(_ start: Int) throws(LinearRegex.Failure) -> String {
        let first = position
        guard read("{") else {
            if position < pattern.count { position += 1 }
            return String(String.UnicodeScalarView(pattern[first..<position]))
        }
        while let scalar = peek, scalar != "}" { position += 1 }
        guard read("}") else { throw LinearRegex.Failure(pattern[start...], "has a brace that is not closed") }
        return String(String.UnicodeScalarView(pattern[first + 1..<position - 1]))
    }

    /// Reads an escape that stands for one scalar.
    mutating func scalarEscape(_ start: Int) throws(LinearRegex.Failure) -> Unicode.Scalar {
        guard let letter = peek else {
            throw LinearRegex.Failure(pattern[start...], "at the end has nothing to escape")
        }
        position += 1
        switch letter {
        case "a": return "\u{7}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "x": return try hexadecimal(start)
        case "0"..."9": return try octal(letter, start)
        case "k", "g":
            throw LinearRegex.Failure(
                pattern[start..<position], "is a backreference or the like, which is not supported")
        default:
            // Letters may get a meaning; marks stand for themselves.
            guard letter.isASCII, !Self.isAlphanumeric(letter) else {
                throw LinearRegex.Failure(pattern[start..<position], "is not a known escape")
            }
            return letter
        }
    }

    /// Three digits at most. One alone that is not zero means a group in other engines.
    private mutating func octal(_ first: Unicode.Scalar, _ start: Int) throws(LinearRegex.Failure) -> Unicode.Scalar {
        let digits = pattern[position...].prefix(2).prefix { ("0"..."7").contains($0) }
        guard first == "0" || (first < "8" && !digits.isEmpty) else {
            throw LinearRegex.Failure(pattern[start..<position], "is a backreference, which is not supported")
        }
        position += digits.count
        let value = digits.reduce(first.value - 0x30) { $0 * 8 + $1.value - 0x30 }
        // At most 777, which is U+01FF.
        return Unicode.Scalar(value) ?? first
    }

    /// `\xHH` or `\x{H…}`.
    private mutating func hexadecimal(_ start: Int) throws(LinearRegex.Failure) -> Unicode.Scalar {
        let isBraced = read("{")
        var value: UInt32 = 0
        var count = 0
        while isBraced || count < 2, let digit = peek, let number = Self.hexadecimalDigit(digit) {
            position += 1
            count += 1
            // Beyond Unicode it stays there.
            value = min(value * 16 + number, 0x11_0000)
        }
        let isComplete = isBraced ? count > 0 && read("}") : count == 2
        guard isComplete, let scalar = Unicode.Scalar(value) else {
            throw LinearRegex.Failure(
                pattern[start..<position], #"is not the number of a character, such as \x41 or \x{1F600}"#)
        }
        return scalar
    }

    private static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "A"..."F": scalar.value - 0x41 + 10
        case "a"..."f": scalar.value - 0x61 + 10
        default: nil
        }
    }
}
