import LinearRegex
import UsageModel

@testable import RemoteStorage
@testable import Web

extension FuzzTarget {
    /// A regular expression in the first line, a text in the rest.
    static let regex = FuzzTarget("regex", longest: 2048) { bytes in
        guard let text = text(bytes) else { return }
        let lines = lines(text, 2)
        let budget = RegexBudget()
        guard let pattern = try? budget.pattern(lines[0]) else { return }
        try check(pattern.size <= 20_000, "a program of the size \(pattern.size)")
        for text in Set([lines[1], lines[0], ""]) { _ = try? budget.matches(pattern, text) }
    }

    /// A matcher as `{name=~"value"}` and a name: its kind, label, value and the name, a line each.
    static let matchers = FuzzTarget("matchers", longest: 2048) { bytes in
        guard let text = text(bytes) else { return }
        let lines = lines(text, 4)
        let value = lines[2]
        let matcher = LabelMatcher(LabelMatcher.Kind(rawValue: lines[0]) ?? .matching, lines[1], value)
        let regex = try? LinearRegex(value)
        if let test = try? LabelTest(matcher, RegexBudget()), let accepts = try? test.accepts(lines[3]) {
            let isSame = lines[3].unicodeScalars.elementsEqual(value.unicodeScalars)
            switch matcher.kind {
            case .equal: try check(accepts == isSame, "\(matcher) and \(lines[3])")
            case .notEqual: try check(accepts != isSame, "\(matcher) and \(lines[3])")
            case .matching, .notMatching:
                // A pattern that is too large for the engine may still be a list of texts.
                let matches = regex?.matchesWhole(lines[3]) ?? (accepts != matcher.isNegative)
                try check(accepts == (matches != matcher.isNegative), "\(matcher) and \(lines[3])")
            }
        }
        for text in LabelTest.alternatives(value) ?? [] {
            try check(regex?.matchesWhole(text) ?? true, "\(value) stands for \(text)")
        }
        try checkNames(value, regex, lines[3])
    }

    /// The same as Grafana's names.
    private static func checkNames(_ value: String, _ regex: LinearRegex?, _ name: String) throws {
        let known = Set(["products", "blog", "c4-fr-1", name].compactMap { AnyName($0) })
        let isGlob = value.hasPrefix("{") && value.hasSuffix("}")
        if let regex, !isGlob {
            let branches = NameAlternation.branches(of: value)
            for name in branches.compactMap(NameAlternation.name) {
                try check(regex.matchesWhole(name), "\(value) stands for \(name)")
            }
            let patterns = branches.compactMap { try? LinearRegex($0) }
            try check(patterns.count == branches.count, "\(value) has branches that are no patterns")
            let matches = patterns.contains { $0.matchesWhole(name) }
            try check(matches == regex.matchesWhole(name), "a branch of \(value) and \(name)")
        }
        let matcher = try? NameMatcher(NameChoice([value]), known: known, field: "target", RegexBudget())
        if let selected = try? matcher?.select(from: known) {
            try check(selected.isSubset(of: known), "\(value) selects what is not there")
        }
    }
}
