internal import LinearRegex
internal import PrometheusModel
internal import UsageModel

/// A matcher that is ready to be asked about many series.
struct LabelTest {
    private enum Form {
        case anything
        case anythingButEmpty
        /// One of a few texts, the usual case: a chosen series, or what a dashboard's variable stands for.
        case texts(Set<ExactText>)
        case expression(RegexBudget.Pattern, RegexBudget)
    }

    let name: String
    private let form: Form
    private let isNegative: Bool

    /// - Parameter budget: of the request.
    init(_ matcher: LabelMatcher, _ budget: RegexBudget) throws(RemoteReadRefusal) {
        name = matcher.name
        isNegative = matcher.isNegative
        switch matcher.kind {
        case .equal, .notEqual: form = .texts([ExactText(matcher.value)])
        case .matching, .notMatching:
            do {
                form = try Self.form(of: matcher.value, budget)
            } catch {
                let shown = LabelMatcher(matcher.kind, matcher.name, LinearRegex.excerpt(matcher.value))
                throw RemoteReadRefusal(
                    .matchers, "the regular expression of \(shown) cannot be read: \(error)",
                    accepted: "a regular expression in RE2 syntax that matches the whole value")
            }
        }
    }

    /// The values that it wants, if they are few and known.
    var wanted: [String]? {
        guard case .texts(let texts) = form, !isNegative else { return nil }
        return texts.map(\.text)
    }

    /// Whether a label may have this value.
    /// - Throws: ``RemoteReadRefusal`` when the regular expressions of the request take too long.
    func accepts(_ value: String) throws(RemoteReadRefusal) -> Bool {
        switch form {
        case .anything: return !isNegative
        case .anythingButEmpty: return value.isEmpty == isNegative
        case .texts(let texts): return texts.contains(ExactText(value)) != isNegative
        case .expression(let pattern, let budget):
            do {
                return try budget.matches(pattern, value) != isNegative
            } catch {
                throw RemoteReadRefusal(
                    .matchers, "a regular expression of \(name) cannot be used: \(error)",
                    accepted: "fewer or simpler regular expressions")
            }
        }
    }

    private static func form(of expression: String, _ budget: RegexBudget) throws(LinearRegex.Failure) -> Form {
        switch expression {
        case ".*": return .anything
        case ".+": return .anythingButEmpty
        default: break
        }
        if let texts = alternatives(expression) { return .texts(Set(texts.map(ExactText.init))) }
        return .expression(try budget.pattern(expression), budget)
    }

    /// The texts that `a|b` or `(a|b)` stands for; nil for what is more than plain texts.
    static func alternatives(_ expression: String) -> [String]? {
        var scalars = expression.unicodeScalars[...]
        if scalars.first == "(", scalars.last == ")" { scalars = scalars.dropFirst().dropLast() }
        var texts: [String.UnicodeScalarView] = [.init()]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "|": texts.append(.init())
            case "\\":
                // Before a letter or a digit, it has another meaning.
                guard let escaped = scalars.popFirst(), escaped.isASCII, !escaped.properties.isAlphabetic,
                    escaped.properties.numericType == nil
                else { return nil }
                texts[texts.count - 1].append(escaped)
            case ".", "+", "*", "?", "(", ")", "[", "]", "{", "}", "^", "$": return nil
            default: texts[texts.count - 1].append(scalar)
            }
        }
        return texts.map { String($0) }
    }
}
