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
