public import UsageModel

/// The series left out of a page because it would have had too many series.
public struct DroppedSeries: Sendable, Hashable {
    /// Their series per index are not on the page.
    public var indices: Set<Scope>
    /// How many series that are.
    public var series: Int

    static let none = DroppedSeries(indices: [], series: 0)

    /// Leaves out whole indices, the least active first, until `excess` series are gone or no index is left.
    ///
    /// An index is shown whole or not at all, because half of its families would
    /// look like an index that does not do the rest. Who is first among equals is
    /// decided by name, so that the choice is the same at every rendering.
    /// - Parameter samples: how many series each index has.
    init(excess: Int, samples: [Scope: Int], activity: [Scope: Double]) {
        self = .none
        func order(_ scope: Scope) -> (Double, ApplicationID, IndexName) {
            (activity[scope] ?? 0, scope.application, scope.index)
        }
        for (scope, count) in samples.sorted(by: { order($0.key) < order($1.key) }) {
            guard series < excess else { break }
            indices.insert(scope)
            series += count
        }
    }

    private init(indices: Set<Scope>, series: Int) {
        self.indices = indices
        self.series = series
    }
}
