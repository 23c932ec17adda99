public import UsageModel

/// One of an application's servers, as the Monitoring API's inventory lists it.
/// A field that the inventory does not have is `""` or nil.
public struct InventoryServer: Sendable, Hashable {
    public var name: ServerName
    public var region: ServerName
    public var cluster: ServerName
    /// Whether it is in another region than the main one, for searches nearby.
    public var isReplica: Bool?
    public var isSlave: Bool?
    /// In the vendor's words, such as `PRODUCTION`.
    public var status: String
    /// In the vendor's words, such as `cluster`.
    public var type: String

    public init(
        name: ServerName, region: ServerName = "", cluster: ServerName = "", isReplica: Bool? = nil,
        isSlave: Bool? = nil,
        status: String = "", type: String = ""
    ) {
        self.name = name
        self.region = region
        self.cluster = cluster
        self.isReplica = isReplica
        self.isSlave = isSlave
        self.status = status
        self.type = type
    }
}
