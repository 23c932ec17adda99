/// Which statistics one request asks for.
public enum StatisticSelection: Sendable, Hashable {
    /// `*`: everything the plan serves, known to us or not.
    case all
    /// By name; at least one.
    case names([StatisticName])
}
