#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The marks that tell one content of a file from another without reading it. A link is followed:
/// Kubernetes replaces a secret by another target of the same link.
public struct FileVersion: Sendable, Equatable {
    private var path: String
    private var number: Int?
    private var modified: Date?
    private var size: Int?

    /// Nil when there is no file.
    public init?(ofFileAt path: String) {
        self.path = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: self.path) else { return nil }
        number = attributes[.systemFileNumber] as? Int
        modified = attributes[.modificationDate] as? Date
        size = attributes[.size] as? Int
    }

    /// Whether the file was written so recently that it may hold half of its content.
    /// - Parameter writingTime: seconds that a writer is given.
    func isBeingWritten(for writingTime: Double) -> Bool {
        guard let modified else { return false }
        return (0..<writingTime).contains(-modified.timeIntervalSinceNow)
    }
}
