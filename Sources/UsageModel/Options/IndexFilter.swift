/// A glob of an ``IndexFilter``.
public typealias IndexPattern = VendorName<IndexFilter>

/// Which indices are collected: those that match an include and no exclude.
///
/// Patterns are globs: `*` for any characters, `?` for one, `\` before a
/// character that is meant literally. A character is a Unicode scalar, compared as it is and not
/// by what it looks like: `é` matches one `?`, `e` with an accent after it matches two.
public struct IndexFilter: Sendable, Hashable {
    public var include: [IndexPattern]
    public var exclude: [IndexPattern]

    public init(include: [IndexPattern] = ["*"], exclude: [IndexPattern] = []) {
        self.include = include
        self.exclude = exclude
    }

    public func selects(_ name: IndexName) -> Bool {
        include.contains { Self.matches(name, $0) } && !exclude.contains { Self.matches(name, $0) }
    }

    /// The included patterns that are plain names: what can be collected without a list of indices.
    public var literalNames: [IndexName] {
        include.compactMap(Self.literal).filter { name in !exclude.contains { Self.matches(name, $0) } }
    }

    private enum Token: Equatable {
        case any, one
        case literal(Unicode.Scalar)
    }

    private static func tokens(_ pattern: IndexPattern) -> [Token] {
        var tokens: [Token] = []
        var isEscaped = false
        for character in pattern.text.unicodeScalars {
            switch character {
            case _ where isEscaped:
                tokens.append(.literal(character))
                isEscaped = false
            case "\\": isEscaped = true
            case "*": tokens.append(.any)
            case "?": tokens.append(.one)
            default: tokens.append(.literal(character))
            }
        }
        if isEscaped { tokens.append(.literal("\\")) }
        return tokens
    }

    private static func literal(_ pattern: IndexPattern) -> IndexName? {
        var name = String.UnicodeScalarView()
        for token in tokens(pattern) {
            guard case .literal(let character) = token else { return nil }
            name.append(character)
        }
        return IndexName(String(name))
    }

    /// Greedy with one point of return: linear in practice, quadratic at worst.
    static func matches(_ name: IndexName, _ pattern: IndexPattern) -> Bool {
        let text = Array(name.text.unicodeScalars)
        let tokens = tokens(pattern)
        var position = 0
        var token = 0
        var retry: (position: Int, token: Int)?
        while position < text.count {
            if token < tokens.count, tokens[token] == .any {
                retry = (position, token + 1)
                token += 1
            } else if token < tokens.count, tokens[token] == .one || tokens[token] == .literal(text[position]) {
                position += 1
                token += 1
            } else if let last = retry {
                position = last.position + 1
                token = last.token
                retry = (position, token)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .any }
    }
}
