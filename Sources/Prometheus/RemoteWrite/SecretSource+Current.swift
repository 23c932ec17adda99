internal import UsageModel

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension SecretSource {
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

extension RemoteWriteCredentials {
    /// The value of the header `Authorization`, and the secret in it.
    func header() throws(SecretSource.Unavailable) -> (value: String, secret: String) {
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
