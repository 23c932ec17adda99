private import Foundation

/// A folder of a test's own, removed with the value.
public final class TemporaryFolder: Sendable {
    public let path: String

    public convenience init() { self.init(isForSockets: false) }

    /// - Parameter isForSockets: whether the path is short enough for the address of a socket, which takes 107 bytes.
    public init(isForSockets: Bool) {
        path = isForSockets ? "/tmp/\(UUID().uuidString)" : "\(TestRun.folder)/\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// The folder of all folders of this process. Its end removes it, with those of values that a task or a static
/// property still holds.
private enum TestRun {
    static let folder: String = {
        let name = "algolia-exporter-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
        atexit { try? FileManager.default.removeItem(atPath: TestRun.folder) }
        return path
    }()
}
