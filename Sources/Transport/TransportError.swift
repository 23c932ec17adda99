internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Why there is no complete answer.
public enum TransportError: Error, Sendable, Hashable {
    case timeout
    /// The body is larger than allowed, in bytes.
    case tooLarge(limit: Int)
    /// Refused, reset, cut, unknown host, TLS; with the library's words.
    case connection(String)
    case cancelled
}

extension TransportError {
    /// The meaning of an error of AsyncHTTPClient.
    init(_ error: any Error) {
        switch error {
        case let error as TransportError: self = error
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .connectTimeout, .readTimeout: self = .timeout
            case .cancelled: self = Task.isCancelled ? .cancelled : .timeout
            default: self = .connection(error.shortDescription)
            }
        case let error as ImpossibleStatus: self = .connection("the answer has the impossible status \(error.status)")
        // A request that hits its deadline is cancelled as well.
        case is CancellationError: self = Task.isCancelled ? .cancelled : .timeout
        // Its own description tells what the library did; this tells what the network said.
        case let error as IOError: self = .connection(SystemError.text(error.errnoCode))
        case let error as NIOConnectionError:
            let refused = error.connectionErrors.lazy.compactMap { ($0.error as? IOError)?.errnoCode }.first
            self = .connection(refused.map(SystemError.text) ?? "cannot find the address of \(error.host)")
        case NIOSSLError.handshakeFailed(let reason): self = .connection("TLS: \(Self.handshake("\(reason)"))")
        default: self = .connection(String(describing: error))
        }
    }

    /// BoringSSL's name of what went wrong in words: `certificate verify failed`.
    private static func handshake(_ description: String) -> String {
        guard let prefix = description.firstRange(of: "OPENSSL_internal:") else { return description }
        let name = description[prefix.upperBound...].prefix {
            $0 == "_" || $0.isASCII && ($0.isUppercase || $0.isNumber)
        }
        return name.isEmpty ? description : name.lowercased().replacing("_", with: " ")
    }
}
