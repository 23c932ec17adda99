internal import LinearRegex
internal import UsageModel

/// A regular expression over whole names, from a request.
struct NamePattern {
    /// Bytes of the longest pattern. Alternations that Grafana makes of a variable are not patterns.
    static let lengthLimit = 1000

    private static let accepted =
        "a name, a list of names, or a regular expression in RE2 syntax, such as prod_.* or (shop|blog)_\\d+"

    private let text: String
    private let field: String
    private let budget: RegexBudget
    private let pattern: RegexBudget.Pattern

    /// - Parameter budget: of the request.
    /// - Throws: ``Problem`` that names `field`.
    init(_ text: String, field: String, _ budget: RegexBudget) throws {
        guard text.utf8.count <= Self.lengthLimit else {
            throw Problem.parameter(
                field, "a regular expression of \(text.utf8.count) bytes; at most \(Self.lengthLimit) are accepted",
                accepted: Self.accepted)
        }
        self.text = text
        self.field = field
        self.budget = budget
        do {
            pattern = try budget.pattern(text)
        } catch {
            throw Problem.parameter(
                field, "the regular expression \"\(LinearRegex.excerpt(text))\" cannot be read: \(error)",
                accepted: Self.accepted)
        }
    }

    /// The cost of a character of a name: see ``LinearRegex/size``.
    var size: Int { pattern.size }

    /// Whether all of `name` matches.
    /// - Throws: ``Problem`` when the patterns of the request take too long.
    func matches(_ name: String) throws -> Bool {
        do {
            return try budget.matches(pattern, name)
        } catch {
            throw Problem.parameter(
                field, "the regular expression \"\(LinearRegex.excerpt(text))\" cannot be used: \(error)",
                accepted: "fewer or simpler regular expressions")
        }
    }
}
