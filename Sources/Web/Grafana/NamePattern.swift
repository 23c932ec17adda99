/// A regular expression over whole names, from a request.
///
/// The engine backtracks, so a pattern that has many ways to match the same name could keep a
/// processor busy for ever. Those that could are refused: few repetitions and alternations, and none
/// within what is repeated, keep the worst case at milliseconds a name.
struct NamePattern {
    /// Characters of the longest pattern. Alternations that Grafana makes of a variable are not patterns.
    static let lengthLimit = 1000
    /// Repetitions and alternations in one pattern.
    static let choiceLimit = 4

    private static let accepted =
        "a name, a list of names, or a regular expression with at most \(choiceLimit) repetitions and alternations "
        + "and none within what is repeated, such as prod_.* or (shop|blog)_\\d+"

    private let regex: Regex<AnyRegexOutput>

    /// - Throws: ``Problem`` that names `field`.
    init(_ text: String, field: String) throws {
        guard text.utf8.count <= Self.lengthLimit else {
            throw Problem.parameter(
                field, "a regular expression of \(text.utf8.count) bytes; at most \(Self.lengthLimit) are accepted",
                accepted: Self.accepted)
        }
        guard Self.isHarmless(text) else {
            throw Problem.parameter(
                field, "\"\(text)\" has too many repetitions or alternations, or nested ones", accepted: Self.accepted)
        }
        do {
            // By scalars: to SQLite and to Algolia names that only look alike are two.
            regex = try Regex(text).matchingSemantics(.unicodeScalar).dotMatchesNewlines()
        } catch {
            throw Problem.parameter(
                field, "\"\(text)\" is not a regular expression: \(error)", accepted: Self.accepted)
        }
    }

    /// Whether all of `name` matches.
    func matches(_ name: String) -> Bool { (try? regex.wholeMatch(in: name)) != nil }

    private static func isHarmless(_ text: String) -> Bool {
        var choices = 0
        /// For each open group whether anything in it repeats or branches.
        var groups = [false]
        /// Whether what stands before is a group in which something does.
        var endsChoosing = false
        var wasRepetition = false
        var isClass = false
        var characters = text[...]
        while let character = characters.popFirst() {
            let (followsChoosing, followsRepetition) = (endsChoosing, wasRepetition)
            (endsChoosing, wasRepetition) = (false, false)
            switch character {
            case "\\": _ = characters.popFirst()
            case "]": isClass = false
            case _ where isClass: break
            case "[": isClass = true
            case "(":
                groups.append(false)
                // `(?:`, `(?i)`: not a repetition.
                if characters.first == "?" { characters.removeFirst() }
            case ")" where groups.count > 1:
                endsChoosing = groups.removeLast()
                if endsChoosing { groups[groups.count - 1] = true }
            // Lazy or possessive.
            case "?" where followsRepetition, "+" where followsRepetition: break
            case "*", "+", "{", "?":
                if followsChoosing, character != "?" { return false }
                choices += 1
                groups[groups.count - 1] = true
                wasRepetition = true
                if character == "{" { characters = characters.drop { $0 != "}" }.dropFirst() }
            case "|":
                // The branches of one alternation are one choice.
                if !groups[groups.count - 1] { choices += 1 }
                groups[groups.count - 1] = true
            default: break
            }
        }
        return choices <= choiceLimit
    }
}
