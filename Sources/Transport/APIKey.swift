/// An API key. It prints as `<redacted>` however it is printed, so that no log,
/// error, metric or page can hold it by accident.
public struct APIKey: Sendable, Hashable {
    /// The secret itself; only for a request's header or a comparison.
    public let secret: String

    /// The key in `text` without surrounding white space; nil when nothing is left
    /// or when it has characters that no header may carry.
    public init?(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let key = trimmed[...last]
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        secret = String(key)
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
