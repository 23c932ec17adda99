internal import LinearRegex
internal import UsageModel

/// A name of any kind: a choice may be of applications, indices, statistics or servers.
typealias AnyName = VendorName<NameMatcher>

/// Which names a choice selects.
///
/// Each text of a choice means, in this order:
/// 1. what exists under exactly this name;
/// 2. every name, if it is `*`, `All` or `$__all`;
/// 3. the names of which Grafana made it: a variable arrives as `(a|b)` with regex metacharacters
///    escaped, and a name may contain any characters;
/// 4. a regular expression that matches the whole name.
struct NameMatcher {
    /// The words that Grafana and people write for "every one".
    static let every: Set<String> = ["*", "All", "$__all"]
    /// Stands for no index: the application itself. Selected by this name only, never by a pattern.
    static let applicationLevel: AnyName = "(application)"
    /// Regular expressions in one choice.
    static let patternLimit = 100
    /// Instructions of all of them together, which every character of every name may meet.
    static let sizeLimit = 10_000

    private var selectsEvery = false
    private var literals: Set<AnyName> = []
    private var patterns: [NamePattern] = []

    /// - Parameters:
    ///   - known: the names that exist.
    ///   - field: what problems name.
    ///   - budget: of the request.
    /// - Throws: ``Problem`` for what is not a regular expression.
    init(_ choice: NameChoice, known: Set<AnyName>, field: String, _ budget: RegexBudget) throws {
        for text in choice.texts {
            if isName(text, known) {
                choose(text, known: known)
                continue
            }
            for branch in NameAlternation.branches(of: text) {
                if let name = isName(branch, known) ? branch : NameAlternation.name(branch) {
                    choose(name, known: known)
                } else {
                    patterns.append(try NamePattern(branch, field: field, budget))
                }
                guard patterns.count <= Self.patternLimit else {
                    throw Problem.parameter(
                        field, "more than \(Self.patternLimit) regular expressions",
                        accepted: "at most \(Self.patternLimit)")
                }
            }
        }
        guard patterns.reduce(0, { $0 + $1.size }) <= Self.sizeLimit else {
            throw Problem.parameter(
                field, "\(patterns.count) regular expressions that are too large together",
                accepted: "fewer, or with fewer repetitions such as {1000}")
        }
    }

    /// Selects exactly `names`, or every name if one of them is a word for that.
    init(literals names: [String], known: Set<AnyName>) {
        for name in names { choose(name, known: known) }
    }

    /// The names that are selected.
    /// - Throws: ``Problem`` when the patterns of the request take too long.
    func select(from names: Set<AnyName>) throws -> Set<AnyName> {
        try names.filter { name in
            if literals.contains(name) { return true }
            return try name != Self.applicationLevel
                && (selectsEvery || patterns.contains { try $0.matches(name.text) })
        }
    }

    private func isName(_ text: String, _ known: Set<AnyName>) -> Bool {
        guard let name = AnyName(text) else { return false }
        return known.contains(name) || Self.every.contains(text) || name == Self.applicationLevel
    }

    private mutating func choose(_ text: String, known: Set<AnyName>) {
        // An invalid name selects nothing.
        guard let name = AnyName(text) else { return }
        if Self.every.contains(text), !known.contains(name) {
            selectsEvery = true
        } else {
            literals.insert(name)
            // No index is the application's own.
            if name.isEmpty { literals.insert(Self.applicationLevel) }
        }
    }
}
