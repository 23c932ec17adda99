private import Transport

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A password or token. However it is printed, it shows as `<redacted>`.
public enum RemoteWriteSecret: Sendable, Hashable {
    case value(String)
    /// The path of a file that holds it, alone; white space after it does not count.
    case file(String)

    /// There is none in the file.
    struct Unavailable: Error, CustomStringConvertible {
        var path: String
        var description: String { "no secret in \(path): the file is missing, empty or cannot be read" }
    }

    /// The secret itself, only for a request's header. A file is read each time, so that a rotated
    /// secret is in force with the next request.
    func current() throws(Unavailable) -> String {
        switch self {
        case .value(let text): return text
        case .file(let path):
            guard let bytes = try? SmallFile.read(path, atMost: 1 << 16, patience: 2) else {
                throw Unavailable(path: path)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { throw Unavailable(path: path) }
            return String(text[...end])
        }
    }
}

extension RemoteWriteSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .value: "<redacted>"
        case .file(let path): "file \(path)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Who the exporter is to a receiver.
public enum RemoteWriteCredentials: Sendable, Hashable {
    case basic(user: String, password: RemoteWriteSecret)
    /// `Authorization: type credentials`.
    case authorization(type: String, credentials: RemoteWriteSecret)

    /// The value of the header `Authorization`, and the secret in it.
    func header() throws(RemoteWriteSecret.Unavailable) -> (value: String, secret: String) {
        switch self {
        case .basic(let user, let password):
            let secret = try password.current()
            return ("Basic " + Data("\(user):\(secret)".utf8).base64EncodedString(), secret)
        case .authorization(let type, let credentials):
            let secret = try credentials.current()
            return ("\(type) \(secret)", secret)
        }
    }
}
