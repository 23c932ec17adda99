private import Synchronization

/// Which families `/metrics` shows: those whose name any `include` and no `exclude` matches.
///
/// A pattern must match the whole name, as samples carry it: a counter's ends in
/// `_total`; a histogram's is without `_bucket`, `_sum` and `_count`.
public final class MetricFilter: Sendable {
    /// A `Regex` may only be used by one thread at a time, hence the lock. A page has a few hundred
    /// names and they recur at every rendering, so each is decided once.
    private struct State {
        var include: [Regex<AnyRegexOutput>]
        var exclude: [Regex<AnyRegexOutput>]
        var decisions: [String: Bool] = [:]

        mutating func shows(_ name: String) -> Bool {
            if let decision = decisions[name] { return decision }
            func matches(_ pattern: Regex<AnyRegexOutput>) -> Bool {
                (try? pattern.wholeMatch(in: name)) != nil
            }
            let decision = include.contains(where: matches) && !exclude.contains(where: matches)
            decisions[name] = decision
            return decision
        }
    }

    private let state: Mutex<State>

    /// - Throws: an error that says what is wrong with a pattern.
    public init(include: [String], exclude: [String]) throws {
        state = Mutex(
            State(
                include: try include.map { try Regex($0) },
                exclude: try exclude.map { try Regex($0) }))
    }

    /// Whether the family is shown.
    public func shows(_ name: String) -> Bool {
        state.withLock { $0.shows(name) }
    }
}
