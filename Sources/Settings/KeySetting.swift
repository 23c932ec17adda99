/// Where an API key comes from. However it is printed, a key itself shows as
/// `<redacted>`.
public enum KeySetting: Sendable, Hashable {
    /// The key itself: visible ASCII, at least one character.
    case value(String)
    /// The path of a file that holds it, as written; relative to the working directory.
    case file(String)
}

extension KeySetting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .value: "<redacted>"
        case .file(let path): "file \(path)"
        }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
