/// The text of a secret. It prints as `<redacted>` however it is printed, so that no log,
/// error, metric or page can hold it by accident.
public struct SecretText: Sendable, Hashable {
    /// The secret itself; only for a request's header or a comparison.
    public let secret: String

    /// A password or token of any characters, as it is.
    public init(password: String) {
        secret = password
    }

    /// The API key in `text` without surrounding white space; nil when nothing is left
    /// or when it has characters that no header may carry.
    public init?(key text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let key = trimmed[...last]
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        secret = String(key)
    }

    /// `text` with each of `secrets` replaced: what another program sends may repeat them.
    public static func redact(_ secrets: [String], in text: String) -> String {
        // Bytes and not characters: a mark that follows a key would make another character of its end.
        var bytes = Array(text.utf8)
        for secret in secrets where !secret.isEmpty {
            bytes = Array(bytes.replacing(Array(secret.utf8), with: Array("<redacted>".utf8)))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
