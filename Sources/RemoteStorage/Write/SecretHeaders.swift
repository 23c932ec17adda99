internal import Transport
internal import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

extension Secret {
    /// A rotated file is in force with the next request: a receiver that refuses half of a secret is asked again
    /// within seconds.
    fileprivate convenience init(_ source: SecretSource) {
        switch source {
        case .value(let text): self.init(SecretText(password: text))
        case .file(let path): self.init(file: path, as: .password, writingTime: 0)
        }
    }
}

/// The headers of a destination that hold secrets.
struct SecretHeaders {
    private let headers: [(name: String, secret: Secret)]
    private let credentials: (RemoteWriteCredentials, Secret)?

    init(_ destination: RemoteWriteDestination) {
        headers = destination.headers.sorted { $0.key < $1.key }.map { ($0.key, Secret($0.value)) }
        credentials = destination.credentials.map { ($0, Secret($0.secret)) }
    }

    /// The headers as they are now, and every text in them that nobody may see.
    func current() throws(Secret.Unavailable) -> (headers: [(name: String, value: String)], secrets: [String]) {
        var current: [(name: String, value: String)] = []
        var secrets: [String] = []
        for (name, secret) in headers {
            let text = try secret.current().secret
            secrets.append(text)
            current.append((name, text))
        }
        guard let (credentials, secret) = credentials else { return (current, secrets) }
        let text = try secret.current().secret
        let value =
            switch credentials {
            case .basic(let user, _): "Basic " + Data("\(user):\(text)".utf8).base64EncodedString()
            case .authorization(let type, _): "\(type) \(text)"
            }
        current.append(("Authorization", value))
        // Whole, and what follows its type: of basic authentication that is the password, too.
        secrets += [value, text] + value.split(separator: " ").dropFirst().map(String.init)
        return (current, secrets)
    }
}
