public import UsageModel

/// One Algolia application to collect.
public struct ApplicationSettings: Sendable, Hashable {
    /// The application's id: at most 30 ASCII letters, digits, `-` and `_`.
    public var id: ApplicationID
    /// The key with the `usage` ACL.
    public var usageKey: SecretSource
    /// The key of the Monitoring API; nil leaves infrastructure out.
    public var monitoringKey: SecretSource?
    /// The key with the `listIndexes` ACL; nil leaves only indices that are named without wildcards.
    public var searchKey: SecretSource?
    /// Which indices are collected.
    public var indices = IndexFilter()
    /// The limits of the contract with Algolia; always above zero.
    public var contract = Contract()

    public init(id: ApplicationID, usageKey: SecretSource) {
        self.id = id
        self.usageKey = usageKey
    }
}
