/// Where Algolia's APIs are: `http` or `https`, a host, and no query.
/// `{application}` stands for the application's id.
public struct EndpointSettings: Sendable, Hashable {
    public var usage = "https://usage.algolia.com"
    public var monitoring = "https://status.algolia.com"
    public var search = "https://{application}-dsn.algolia.net"

    public init() {}
}
