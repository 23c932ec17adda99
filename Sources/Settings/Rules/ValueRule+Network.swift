internal import Transport

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

extension ValueRule<ProxyServer> {
    /// A proxy's URL, or `host:port` for one of HTTP. It may hold a password, and is not repeated when it does.
    static var proxy: Self {
        let expected =
            "http://host:port or https://host:port, with user:password@ before the host and special characters as %40, or socks5://host:port"
        return ValueRule(expected: expected) { text throws(Complaint) in
            func complaint(_ reason: String) -> Complaint { Complaint(found: reason, expected: expected) }
            let text = text.withoutSurroundingSpace
            guard
                let url = URLComponents(
                    string: text.contains("://") ? text : "http://\(text)", encodingInvalidCharacters: false),
                let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty
            else {
                let shown = text.contains("@") ? "the text (not shown)" : ShownText.quoted(text)
                throw complaint("\(shown) is not the URL of a proxy")
            }
            guard url.port.map({ (1...65535).contains($0) }) ?? true else {
                throw complaint("the port is not between 1 and 65535")
            }
            let kind: ProxyServer.Kind
            switch scheme {
            case "http": kind = .http
            case "https": kind = .https
            case "socks5", "socks5h": kind = .socks5
            default: throw complaint("\(scheme) is not a scheme of proxies")
            }
            let defaultPort =
                switch kind {
                case .http: 80
                case .https: 443
                case .socks5: 1080
                }
            let user = url.user ?? ""
            let password = url.password ?? ""
            let hasCredentials = !user.isEmpty || !password.isEmpty
            guard kind != .socks5 || !hasCredentials else {
                throw complaint("a user or password for SOCKS is not supported")
            }
            return ProxyServer(
                kind, host: host.hasPrefix("[") ? String(host.dropFirst().prefix { $0 != "]" }) : host,
                port: url.port ?? defaultPort,
                credentials: hasCredentials ? SecretText(password: "\(user):\(password)") : nil)
        }
    }
}

extension ValueRule<String> {
    /// The path of a file of certificate authorities, which is read to see whether it holds some.
    static var certificateAuthorityFile: Self {
        let path = ValueRule.text("the path of a PEM file with certificates of authorities")
        return ValueRule(expected: path.expected) { text throws(Complaint) in
            let file = try path.read(text)
            do throws(TLSFileError) {
                _ = try CertificateAuthorities(file: file)
            } catch {
                let shown = file.contains("/") ? file : ShownText.quoted(file)
                throw Complaint(found: "\(shown): \(error.reason)", expected: path.expected)
            }
            return file
        }
    }
}
