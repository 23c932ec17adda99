/// Which statistics one request asks for.
public enum StatisticSelection: Sendable, Hashable {
    /// `*`: everything the plan serves, known to us or not.
    case all
    /// By name; at least one.
    case names([StatisticName])

    /// The names under which an answer is remembered: the statistics', or ``VendorName/everything``.
    public var answeredNames: [StatisticName] {
        switch self {
        case .all: [.everything]
        case .names(let names): names
        }
    }

    /// Whether it is about billing metrics, which are asked for apart from all other statistics.
    public var isBilling: Bool { answeredNames.contains(where: \.isBilling) }
}

extension VendorName where Kind == StatisticNameKind {
    /// `*`: stands for every statistic at once.
    public static var everything: StatisticName { "*" }
}
