internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSOCKS
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
    /// The meaning of an error of AsyncHTTPClient; a failure names the proxy, and never its credentials.
    /// - Parameter proxy: nil for a direct connection.
    init(_ error: any Error, through proxy: ProxyServer?) {
        self.init(error)
        guard let proxy else { return }
        if let reason = Self.failure(of: proxy, error) {
            self = .connection("proxy \(proxy) \(reason)")
        } else if case .connection(let reason) = self {
            self =
                error is NIOConnectionError
                ? .connection("cannot connect to proxy \(proxy): \(reason)")
                : .connection("\(reason), through proxy \(proxy)")
        }
    }

    /// What a proxy itself did wrong, to follow its name; nil when it is not known to be the proxy's fault.
    private static func failure(of proxy: ProxyServer, _ error: any Error) -> String? {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .proxyAuthenticationRequired:
                proxy.credentials == nil ? "requires a user and password" : "rejected its user and password"
            // The library does not tell the status: 403 of a rule, 401 of tinyproxy for a wrong password, 502 and others.
            case .invalidProxyResponse:
                proxy.credentials == nil
                    ? "rejected CONNECT; check that it allows this host and port, and whether it requires a user and password"
                    : "rejected CONNECT; check that it allows this host and port, and its user and password"
            case .connectTimeout: "does not answer"
            case .httpProxyHandshakeTimeout: "sent no HTTP response to CONNECT in time"
            case .socksHandshakeTimeout: "sent no SOCKS response in time"
            default: nil
            }
        case is SOCKSError.InvalidAuthenticationSelection:
            "requires authentication, which is not supported for SOCKS"
        case let error as SOCKSError.ConnectionFailed:
            "cannot reach the host: SOCKS reply \(error.reply.value)"
        case is SOCKSError.InvalidProtocolVersion, is SOCKSError.InvalidReservedByte,
            is SOCKSError.InvalidAddressType, is SOCKSError.UnexpectedRead:
            "does not speak SOCKS 5"
        // How AsyncHTTPClient calls a connection that ends before SOCKS is agreed upon; the type is private.
        case _ where "\(error)" == "NoResult()": "closed the connection"
        default: nil
        }
    }

    /// The meaning of an error of AsyncHTTPClient on a direct connection.
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
            let isLate = error.connectionErrors.contains {
                if case ChannelError.connectTimeout = $0.error { true } else { false }
            }
            self = .connection(
                refused.map(SystemError.text) ?? (isLate ? "no answer" : "cannot find the address of \(error.host)"))
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
