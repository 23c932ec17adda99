public import UsageModel

/// One Algolia application to collect.
public struct ApplicationSettings: Sendable, Hashable {
    /// The application's id: at most 30 ASCII letters, digits, `-` and `_`.
    public var id: ApplicationID
    /// The key with the `usage` ACL.
    public var usageKey: KeySetting
    /// The key of the Monitoring API; nil leaves infrastructure out.
    public var monitoringKey: KeySetting?
    /// The key with the `listIndexes` ACL; nil leaves only indices that are named without wildcards.
    public var searchKey: KeySetting?
    public var indices = IndexSettings()
    public var contract = ContractSettings()

    public init(id: ApplicationID, usageKey: KeySetting) {
        self.id = id
        self.usageKey = usageKey
    }
}

/// Which indices are collected: those that match an include and no exclude. Globs.
public struct IndexSettings: Sendable, Hashable {
    public var include: [IndexPattern] = ["*"]
    public var exclude: [IndexPattern] = []

    public init() {}
}

/// What was bought from Algolia; nil where nothing was agreed. Always above zero.
public struct ContractSettings: Sendable, Hashable {
    public var searchRequestsPerMonth: Double?
    public var records: Double?
    /// Queries per second.
    public var maxQPS: Double?

    public init() {}
}
