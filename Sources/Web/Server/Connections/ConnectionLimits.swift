/// Limits on clients: connections, and time in which nothing comes from them.
public struct ConnectionLimits: Sendable {
    /// Descriptors that stay for the database, requests to Algolia, and remote write. They must never run out:
    /// libdispatch opens files of `/proc` to watch its threads, and ends the process when it cannot.
    static let reservedDescriptors = 80

    /// The fewest descriptors with which a server can work.
    public static let leastDescriptors = 64

    /// Connections at the same time. One more takes the place of the one that has been idle for the longest.
    public var maximum = 512
    /// Seconds that a connection stays open between two requests.
    public var idle = 100.0
    /// Seconds from opening a connection to the end of its first request's head.
    public var firstRequest = 30.0
    /// Seconds from the end of a request's head to the end of its body.
    public var request = 60.0
    /// Seconds in which a client that has not read its whole answer must read ``bytesPerWindow``.
    public var window = 30.0
    public var bytesPerWindow = 65_536
    /// Seconds that answers may still take once the server is stopping.
    public var shutdown = 3.0

    /// Seconds for which a connection is still read after its last answer, so that a client that is sending meanwhile
    /// can read that answer.
    public var linger = 2.0
    /// Streams of one connection of HTTP/2 at the same time. Beside one a connection, all connections together have no
    /// more than ``maximum`` of their requests worked on; others are refused, to be sent again.
    public var streams = 100

    /// The most files that the process may have open; 0 when that is not known.
    public private(set) var descriptorLimit = 0

    /// Descriptors that no connection takes, however many other files are open.
    var spareDescriptors: Int { min(256, descriptorLimit / 4) }

    public init() {}

    /// Limits for a process that may have so many descriptors open.
    /// - Parameter descriptorLimit: 0 when it is not known.
    public init(descriptorLimit: Int) {
        guard descriptorLimit > 0 else { return }
        self.descriptorLimit = descriptorLimit
        maximum = min(maximum, max(8, descriptorLimit - Self.reservedDescriptors))
    }
}
