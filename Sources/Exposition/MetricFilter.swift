internal import LinearRegex
private import Synchronization
internal import UsageModel

/// Which families `/metrics` shows: those whose name any `include` and no `exclude` matches.
///
/// A pattern must match the whole name, as samples carry it: a counter's ends in
/// `_total`; a histogram's is without `_bucket`, `_sum` and `_count`.
public final class MetricFilter: Sendable {
    private let include: [LinearRegex]
    private let exclude: [LinearRegex]
    /// A page has a few hundred names and they recur at every rendering, so each is decided once.
    private let decisions = Mutex<[String: Bool]>([:])

    /// - Throws: an error that says what is wrong with a pattern.
    public init(include: [String], exclude: [String]) throws {
        self.include = try include.map { try LinearRegex($0) }
        self.exclude = try exclude.map { try LinearRegex($0) }
    }

    /// Whether the family is shown.
    public func shows(_ name: String) -> Bool {
        if let decision = decisions.withLock({ $0[name] }) { return decision }
        let decision =
            include.contains { $0.matchesWhole(name) } && !exclude.contains { $0.matchesWhole(name) }
        decisions.withLock { $0[name] = decision }
        return decision
    }
}
