/// The alternation that Grafana makes of a variable's values: `(a|b)`, each with its metacharacters escaped.
///
/// Its branches are taken apart here and not by a regular expression, because a variable may have
/// thousands of values and each is one name.
enum NameAlternation {
    /// The branches of `text`; itself when it has one.
    static func branches(of text: String) -> [String] {
        // Plugins that name no format get this one, in which nothing is escaped.
        if text.hasPrefix("{"), text.hasSuffix("}") {
            return text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        if isIndivisible(text) { return [text] }
        let scalars = Array(text.unicodeScalars)
        return split(scalars[...]) ?? unwrapped(scalars).flatMap(split) ?? [text]
    }

    /// Whether `text` may have a `|` that looks as if it stood between branches: in `\Q…\E`, or in a class that begins
    /// with `]` or holds one like `[:digit:]`. Flags would hold for the branches after theirs as well. Grafana's
    /// alternations have none of these: it escapes brackets, parentheses and backslashes.
    private static func isIndivisible(_ text: String) -> Bool {
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\\": if scalars.popFirst() == "Q" { return true }
            case "(": if scalars.first == "?" { return true }
            case "[": if scalars.first == ":" || scalars.drop(while: { $0 == "^" }).first == "]" { return true }
            default: break
            }
        }
        return false
    }

    /// The name that a branch stands for; nil when it is a regular expression.
    static func name(_ branch: String) -> String? {
        var name = String.UnicodeScalarView()
        var scalars = branch.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\\":
                // A letter or digit after a backslash is a class of characters and not itself.
                guard let escaped = scalars.popFirst(), !isWord(escaped) else { return nil }
                name.append(escaped)
            case "^", "$", "*", "+", "?", ".", "(", ")", "[", "]", "{", "}", "|": return nil
            default: name.append(scalar)
            }
        }
        return String(name)
    }

    /// The word of a fixed set that a branch stands for: none has parentheses, so that those around the only value of a
    /// variable are Grafana's.
    static func word(_ branch: String) -> String {
        let inner = unwrapped(Array(branch.unicodeScalars)).map { String(String.UnicodeScalarView($0)) }
        return name(inner ?? branch) ?? branch
    }

    /// The text within the parentheses around the whole; nil when there are none.
    private static func unwrapped(_ scalars: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar>? {
        guard scalars.first == "(", scalars.last == ")", closing(scalars) == scalars.count - 1 else { return nil }
        return scalars[1..<scalars.count - 1]
    }

    /// Where the group that begins `scalars` ends.
    private static func closing(_ scalars: [Unicode.Scalar]) -> Int? {
        var depths = Depths()
        return scalars.indices.first { depths.pass(scalars[$0]) == 0 && scalars[$0] == ")" }
    }

    /// The branches at the top; nil when there is one only.
    private static func split(_ scalars: ArraySlice<Unicode.Scalar>) -> [String]? {
        var depths = Depths()
        var branches = [String.UnicodeScalarView()]
        for scalar in scalars {
            let isEscaped = depths.isEscaped
            if depths.pass(scalar) == 0, scalar == "|", !isEscaped {
                branches.append(String.UnicodeScalarView())
            } else {
                branches[branches.count - 1].append(scalar)
            }
        }
        return branches.count > 1 ? branches.map { String($0) } : nil
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }

    /// How deep in groups and classes a reader is.
    private struct Depths {
        private var groups = 0
        private var isClass = false
        private(set) var isEscaped = false

        /// Reads on, and tells the depth after it.
        mutating func pass(_ scalar: Unicode.Scalar) -> Int {
            if isEscaped {
                isEscaped = false
            } else {
                switch scalar {
                case "\\": isEscaped = true
                case "[": isClass = true
                case "]": isClass = false
                case "(" where !isClass: groups += 1
                case ")" where !isClass: groups -= 1
                default: break
                }
            }
            return isClass ? groups + 1 : groups
        }
    }
}
