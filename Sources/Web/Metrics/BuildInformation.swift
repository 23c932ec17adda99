/// The build of the program, as Prometheus' own programs describe theirs. What is not known is `unknown`.
public struct BuildInformation: Sendable, Hashable {
    public var version: String
    /// The commit; with `-modified` when files differed from it.
    public var revision: String
    public var branch: String
    /// When the commit was made, RFC 3339.
    public var date: String
    /// The version of the compiler.
    public var swiftVersion: String

    public init(
        version: String, revision: String = "unknown", branch: String = "unknown", date: String = "unknown",
        swiftVersion: String = "unknown"
    ) {
        self.version = version
        self.revision = revision
        self.branch = branch
        self.date = date
        self.swiftVersion = swiftVersion
    }
}
