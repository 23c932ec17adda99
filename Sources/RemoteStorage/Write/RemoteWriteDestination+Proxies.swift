public import Transport
public import UsageModel

extension RemoteWriteDestination {
    /// The proxy of its requests: its own for every host, loopback included, or else that of the environment.
    public func proxies(otherwise environment: ProxyRules) -> ProxyRules {
        proxy.map { ProxyRules(always: ProxyServer($0)) } ?? environment
    }
}

extension ProxyServer {
    fileprivate init(_ proxy: RemoteWriteProxy) {
        let kind: Kind =
            switch proxy.kind {
            case .http: .http
            case .https: .https
            case .socks5: .socks5
            }
        var credentials: SecretText?
        // A URL holds them itself, so that they come from no file.
        if case .value(let text) = proxy.credentials { credentials = SecretText(password: text) }
        self.init(kind, host: proxy.host, port: proxy.port, credentials: credentials)
    }
}
