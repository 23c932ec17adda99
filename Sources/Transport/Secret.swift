private import Synchronization

/// Where a secret comes from: a fixed value, or a file that may be replaced at
/// any time.
///
/// A file is looked at before each use and read when it has changed, so that a
/// rotated secret works from the next request on; after a refusal it is read again
/// whatever its times say. A file that is missing or empty keeps the secret that
/// was read last, and so does one that is being written: what was changed within
/// the last second may be half a secret.
public final class Secret: Sendable {
    /// The form of a file's contents.
    public enum Form: Sendable {
        /// An API key alone: one word of visible ASCII. White space around it does not count.
        case key
        /// A password or token alone, of any characters. White space after it does not count.
        case password

        fileprivate func text(_ bytes: [UInt8]) -> SecretText? {
            let text = String(decoding: bytes, as: UTF8.self)
            switch self {
            case .key: return SecretText(key: text)
            case .password:
                guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { return nil }
                return SecretText(password: String(text[...end]))
            }
        }
    }

    /// The secret cannot be had.
    public struct Unavailable: Error, Sendable, CustomStringConvertible {
        public let path: String
        public let description: String

        fileprivate init(path: String, _ form: Form, _ reason: String) {
            self.path = path
            description =
                switch form {
                case .key: "no key in \(path): \(reason)"
                case .password: "no secret in \(path): the file is missing, empty or cannot be read"
                }
        }
    }

    private enum Origin: Sendable {
        case value(SecretText)
        /// The writing time is in seconds.
        case file(path: String, Form, writingTime: Double)
    }

    fileprivate struct State {
        /// The text that was read last.
        var text: SecretText?
        /// The version of the file that it was read from; nil to read again.
        var version: FileVersion?
        var refused: SecretText?
    }

    private let origin: Origin
    private let state = Mutex(State())

    /// A secret that stays the same until the next start or reload.
    public init(_ text: SecretText) { origin = .value(text) }

    /// A secret in the file at `path`.
    /// - Parameter writingTime: seconds that a changed file is given to be complete.
    public init(file path: String, as form: Form, writingTime: Double = 1) {
        origin = .file(path: path, form, writingTime: writingTime)
    }

    /// Whether the secret can change without a restart or reload.
    public var isFile: Bool {
        guard case .file = origin else { return false }
        return true
    }

    /// The secret as it is now.
    /// - Throws: ``Unavailable`` when the file never held one.
    public func current() throws(Unavailable) -> SecretText {
        switch origin {
        case .value(let text): return text
        case .file(let path, let form, let writingTime):
            let version = FileVersion(ofFileAt: path)
            let result = state.withLock { $0.current(path, form, writingTime, version) }
            return try result.get()
        }
    }

    /// Notes that `text` was refused: a file is read again at the next look.
    public func noteRefused(_ text: SecretText) {
        state.withLock { state in
            state.refused = text
            state.version = nil
        }
    }

    /// Whether there is a secret, and another than the one that was refused last. Reads the file,
    /// because the request that asks is waiting for it.
    public var hasReplacement: Bool {
        state.withLock { $0.version = nil }
        guard let text = try? current() else { return false }
        return state.withLock { $0.refused != text }
    }
}

extension Secret.State {
    /// The secret of a file that is now `version`.
    fileprivate mutating func current(
        _ path: String, _ form: Secret.Form, _ writingTime: Double, _ version: FileVersion?
    ) -> Result<SecretText, Secret.Unavailable> {
        if let text {
            if version == self.version { return .success(text) }
            if version?.isBeingWritten(for: writingTime) == true { return .success(text) }
        }
        let reason: String
        do {
            let bytes = try SmallFile.read(path, atMost: 1 << 16, patience: 2)
            if let new = form.text(bytes) {
                text = new
                self.version = version
                return .success(new)
            }
            reason = "it holds no key"
        } catch {
            reason = version == nil ? "the file does not exist" : "the file cannot be read"
        }
        return text.map { .success($0) } ?? .failure(Secret.Unavailable(path: path, form, reason))
    }
}

/// Where a key, password or token comes from. However it is printed, a secret itself shows as `<redacted>`.
public enum SecretSource: Sendable, Hashable {
    /// The secret itself.
    case value(String)
    /// The path of a file that holds it alone, as written; relative to the working directory.
    case file(String)
}

extension SecretSource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .value: "<redacted>"
        case .file(let path): "file \(path)"
        }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
