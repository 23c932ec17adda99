private import Synchronization

/// Compiles the regular expressions of one request, each once, and bounds what all of them cost together.
///
/// A bound for each pattern is not enough: a hundred of the largest, each matched against every name, keep a processor
/// busy for minutes. What was decided about a name is kept, so that a filter that many queries share costs once.
public final class RegexBudget: Sendable {
    /// A pattern of this budget.
    public struct Pattern: Sendable {
        /// The size that it adds to the total.
        public let size: Int
        fileprivate let number: Int
    }

    private struct State {
        var size: Int
        var steps: Int
        var patterns: [[UInt8]: Pattern] = [:]
        /// By the pattern's number.
        var compiled: [LinearRegex] = []
        var decisions: [[[UInt8]: Bool]] = []
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - size: the largest sum of ``LinearRegex/size``.
    ///   - steps: looks at an instruction while texts are matched; 200 million take about a second.
    public init(size: Int = 50_000, steps: Int = 200_000_000) {
        state = Mutex(State(size: size, steps: steps))
    }

    /// Compiles a pattern, or finds it among those that are compiled.
    /// - Throws: ``LinearRegex/Failure`` for what is none, or when all of them are too large together.
    public func pattern(_ text: String) throws(LinearRegex.Failure) -> Pattern {
        let key = Array(text.utf8)
        if let known = state.withLock({ $0.patterns[key] }) { return known }
        let regex = try LinearRegex(text)
        let pattern: Pattern? = state.withLock { state in
            state.size -= regex.size
            guard state.size >= 0 else { return nil }
            let new = Pattern(size: regex.size, number: state.compiled.count)
            state.compiled.append(regex)
            state.decisions.append([:])
            state.patterns[key] = new
            return new
        }
        guard let pattern else {
            throw LinearRegex.Failure("it and the others of this request are too large together")
        }
        return pattern
    }

    /// Whether all of `text` matches.
    /// - Throws: ``LinearRegex/Failure`` when the texts of this request take too long.
    public func matches(_ pattern: Pattern, _ text: String) throws(LinearRegex.Failure) -> Bool {
        let key = Array(text.utf8)
        let decision: Bool? = state.withLock { state in
            if let known = state.decisions[pattern.number][key] { return known }
            let decision = state.compiled[pattern.number].matchesWhole(text, steps: &state.steps)
            state.decisions[pattern.number][key] = decision
            return decision
        }
        guard let decision else {
            throw LinearRegex.Failure("it and the others of this request take too long to match so many names")
        }
        return decision
    }
}
