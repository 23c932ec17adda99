/// How `/1/usage` answers.
public struct ProxySettings: Sendable, Hashable {
    /// Whether it may ask Algolia for what is missing, within the quota.
    public var readThrough = false

    public init() {}
}
