internal import UsageModel

/// A matcher that is ready to be asked about many series, by one thread at a time.
struct LabelTest {
    private enum Form {
        case anything
        case anythingButEmpty
        /// One of a few texts, the usual case: a chosen series, or what a dashboard's variable stands for.
        case texts(Set<ExactText>)
        case expression(LinearRegex)
    }

    let name: String
    private let form: Form
    private let isNegative: Bool
    /// Values recur from series to series, and regular expressions take time.
    private var decisions: [ExactText: Bool] = [:]

    init(_ matcher: LabelMatcher) throws(RemoteReadRefusal) {
        name = matcher.name
        isNegative = matcher.isNegative
        switch matcher.kind {
        case .equal, .notEqual: form = .texts([ExactText(matcher.value)])
        case .matching, .notMatching:
            do {
                form = try Self.form(of: matcher.value)
            } catch {
                let shown = LabelMatcher(matcher.kind, matcher.name, LinearRegex.excerpt(matcher.value))
                throw RemoteReadRefusal(
                    .matchers, "the regular expression of \(shown) cannot be read: \(error)",
                    accepted: "a regular expression of RE2's syntax that matches the whole value")
            }
        }
    }

    /// The values that it wants, if they are few and known.
    var wanted: [String]? {
        guard case .texts(let texts) = form, !isNegative else { return nil }
        return texts.map(\.text)
    }

    /// Whether a label may have this value.
    mutating func accepts(_ value: String) -> Bool {
        switch form {
        case .anything: return !isNegative
        case .anythingButEmpty: return value.isEmpty == isNegative
        case .texts(let texts): return texts.contains(ExactText(value)) != isNegative
        case .expression(let expression):
            let key = ExactText(value)
            if let decision = decisions[key] { return decision }
            let decision = expression.matchesWhole(value) != isNegative
            decisions[key] = decision
            return decision
        }
    }

    private static func form(of expression: String) throws(LinearRegex.Failure) -> Form {
        switch expression {
        case ".*": return .anything
        case ".+": return .anythingButEmpty
        default: break
        }
        if let texts = alternatives(expression) { return .texts(Set(texts.map(ExactText.init))) }
        return .expression(try LinearRegex(expression))
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
                // Before a letter or a digit, it has a meaning of its own.
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
