/// How `/1/usage` answers.
public struct ProxySettings: Sendable, Hashable {
    /// Whether it may ask Algolia for what is missing. Always false: the loader refuses true in this version.
    public var readThrough = false

    public init() {}
}
