private import Synchronization

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// Where a key comes from: a fixed value, or a file that may be replaced at
/// any time.
///
/// A file is looked at before each use and read when it has changed, so that a
/// rotated key works from the next request on; after a refusal it is read again
/// whatever its times say. A file that is missing or empty keeps the key that
/// was read last, and so does one that is being written: what was changed within
/// the last second may be half a key.
public final class KeySource: Sendable {
    /// The key cannot be had.
    public struct Unavailable: Error, Sendable, CustomStringConvertible {
        public let path: String
        public let reason: String
        public var description: String { "no key in \(path): \(reason)" }
    }

    /// What tells one content of a file from another without reading it. Of what a link leads to:
    /// Kubernetes replaces a secret by another target of the same link.
    private struct Version: Equatable {
        var path: String
        var number: Int?
        var modified: Date?
        var size: Int?

        /// Nil when there is no file.
        init?(ofFileAt path: String) {
            self.path = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: self.path) else { return nil }
            number = attributes[.systemFileNumber] as? Int
            modified = attributes[.modificationDate] as? Date
            size = attributes[.size] as? Int
        }
    }

    private struct FileState {
        var key: APIKey?
        var version: Version?
        var refused: APIKey?
    }

    private let path: String?
    private let writingTime: Double
    private let state: Mutex<FileState>

    /// A key that stays the same until the next start or reload.
    public init(_ key: APIKey) {
        path = nil
        writingTime = 0
        state = Mutex(FileState(key: key))
    }

    /// A key in the file at `path`, alone and with any white space around it.
    /// - Parameter writingTime: seconds that a changed file is given to be complete.
    public init(path: String, writingTime: Double = 1) {
        self.path = path
        self.writingTime = writingTime
        state = Mutex(FileState())
    }

    /// Whether the key can change without a restart or reload.
    public var isFile: Bool { path != nil }

    /// The key as it is now.
    /// - Throws: ``Unavailable`` when the file never held a key.
    public func current() throws(Unavailable) -> APIKey {
        guard let path else { return state.withLock { $0.key }.unsafelyUnwrapped }
        let version = Version(ofFileAt: path)
        let result: Result<APIKey, Unavailable> = state.withLock { state in
            if let key = state.key {
                if version == state.version { return .success(key) }
                if let modified = version?.modified, (0..<writingTime).contains(-modified.timeIntervalSinceNow) {
                    return .success(key)
                }
            }
            do {
                let bytes = try SmallFile.read(path, atMost: 1 << 16, patience: 2)
                if let key = APIKey(String(decoding: bytes.prefix(4096), as: UTF8.self)) {
                    state.key = key
                    state.version = version
                    return .success(key)
                }
                return state.key.map { .success($0) } ?? .failure(Unavailable(path: path, reason: "it holds no key"))
            } catch {
                let reason = version == nil ? "the file does not exist" : "the file cannot be read"
                return state.key.map { .success($0) } ?? .failure(Unavailable(path: path, reason: reason))
            }
        }
        return try result.get()
    }

    /// Notes that the vendor refused `key`: the file is read again at the next look.
    public func noteRefused(_ key: APIKey) {
        state.withLock { state in
            state.refused = key
            state.version = nil
        }
    }

    /// Whether there is a key, and another than the one that was refused last. Reads the file,
    /// because the request that asks is waiting for it.
    public var hasReplacement: Bool {
        if path != nil { state.withLock { $0.version = nil } }
        guard let key = try? current() else { return false }
        return state.withLock { $0.refused != key }
    }
}
