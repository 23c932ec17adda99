import Foundation
import Settings
import TestSupport
import Testing
import Transport
import UsageModel

@Suite struct `The way to Algolia` {
    private static let expected =
        "expected http://host:port or https://host:port, with user:password@ before the host and special characters as %40, or socks5://host:port"

    private func proxies(_ environment: [String: String]) throws -> ProxyRules {
        try SettingsLoader.load(file: nil, environment: environment, requireApplication: false).proxies
    }

    @Test func `has no proxy by default`() throws {
        #expect(try proxies([:]) == ProxyRules())
        #expect(try proxies(["HTTPS_PROXY": "", "HTTP_PROXY": "", "ALL_PROXY": "", "NO_PROXY": ""]) == ProxyRules())
    }

    @Test(arguments: [
        ("http://proxy.example.com:3128", "http proxy.example.com:3128"), ("http://proxy:3128/", "http proxy:3128"),
        ("proxy:3128", "http proxy:3128"), ("proxy", "http proxy:80"), ("10.0.0.1:3128", "http 10.0.0.1:3128"),
        ("http://[2001:db8::1]:3128", "http [2001:db8::1]:3128"), ("HTTP://proxy", "http proxy:80"),
        ("socks5://proxy", "socks5 proxy:1080"), ("socks5h://proxy:9", "socks5 proxy:9"),
        (" http://proxy:1 ", "http proxy:1"), ("https://proxy", "https proxy:443"),
        ("https://proxy:3129", "https proxy:3129"),
    ])
    func `takes a proxy as curl and Go do`(_ text: String, _ shown: String) throws {
        let proxy = try #require(try proxies(["https_proxy": text]).https)
        #expect("\(proxy.kind) \(proxy)" == shown)
        #expect(proxy.credentials == nil)
    }

    @Test(arguments: [
        ("http://user:pass@proxy:3128", "user:pass"), ("user:pass@proxy:3128", "user:pass"),
        ("http://user@proxy", "user:"),
        ("http://us%40er:p%3A%25ss%2F@proxy", "us@er:p:%ss/"), ("http://:pass@proxy", ":pass"),
    ])
    func `takes the proxy's user and password`(_ text: String, _ credentials: String) throws {
        let settings = try SettingsLoader.load(
            file: nil, environment: ["HTTPS_PROXY": text], requireApplication: false)
        #expect(settings.proxies.https?.credentials?.secret == credentials)
        var dumped = ""
        dump(settings, to: &dumped)
        for shown in ["\(settings)", String(reflecting: settings), dumped] { #expect(!shown.contains("pass")) }
    }

    @Test func `takes upper case before lower case, and ALL_PROXY where the scheme has none`() throws {
        var rules = try proxies(["HTTPS_PROXY": "upper:1", "https_proxy": "lower:1", "http_proxy": "lower:2"])
        #expect(rules.https?.host == "upper")
        #expect(rules.http?.host == "lower")
        rules = try proxies(["ALL_PROXY": "all:1", "http_proxy": "plain:1"])
        #expect(rules.https?.host == "all")
        #expect(rules.http?.host == "plain")
        #expect(try proxies(["all_proxy": "all:1"]).http?.host == "all")
        #expect(try proxies(["HTTP_PROXY": "plain:1"]).https == nil)
    }

    @Test func `knows the hosts without a proxy`() throws {
        let rules = try proxies(["HTTPS_PROXY": "proxy:1", "no_proxy": "example.com,10.0.0.0/8"])
        #expect(rules.proxy(for: "https://usage.example.com/") == nil)
        #expect(rules.proxy(for: "https://10.1.2.3/") == nil)
        #expect(rules.proxy(for: "https://usage.algolia.com/")?.host == "proxy")
        #expect(rules.exceptions == NoProxyList("example.com,10.0.0.0/8"))
    }

    @Test(arguments: [
        ("http://", "\"http://\" is not the URL of a proxy"),
        ("http://:3128", "\"http://:3128\" is not the URL of a proxy"),
        ("a b", "\"a b\" is not the URL of a proxy"), ("proxy:x", "\"proxy:x\" is not the URL of a proxy"),
        ("http://proxy:0", "the port is not between 1 and 65535"),
        ("http://proxy:99999", "the port is not between 1 and 65535"),
        ("ftp://proxy", "ftp is not a scheme of proxies"),
        ("socks5://user:s3cret@proxy", "a user or password for SOCKS is not supported"),
        ("http://user:s3cret@ proxy", "the text (not shown) is not the URL of a proxy"),
        ("http://user:s3cret@", "the text (not shown) is not the URL of a proxy"),
        ("http://user:s3cret@proxy:0", "the port is not between 1 and 65535"),
    ])
    func `stops the start with the variable of a wrong proxy`(_ text: String, _ found: String) {
        for name in ["HTTPS_PROXY", "http_proxy", "all_proxy"] {
            #expect(
                complaints(environment: [name: text], requireApplication: false)
                    == ["environment: \(name): \(found); \(Self.expected)"])
        }
    }

    @Test func `does not trust HTTP_PROXY in a CGI program, where a request can set it`() throws {
        #expect(
            complaints(environment: ["HTTP_PROXY": "proxy:1", "REQUEST_METHOD": "GET"], requireApplication: false) == [
                "environment: HTTP_PROXY: it is not used where REQUEST_METHOD is set, as it is for CGI programs; "
                    + "expected http_proxy, which no request can set"
            ])
        #expect(try proxies(["http_proxy": "proxy:1", "REQUEST_METHOD": "GET"]).http?.host == "proxy")
    }

    // MARK: endpoints.ca_file

    private let folder = TemporaryFolder()

    private func file(_ content: String) throws -> String {
        let path = folder.file("ca.pem")
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test(.enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
    func `may have its own certificate authorities, from the file or the environment`() async throws {
        let authority = try await Tool.signedCertificate(folder, host: "usage.example.test").authority
        let settings = try SettingsLoader.parse(
            withApplication("endpoints: { ca_file: \(authority) }"), file: "exporter.yml")
        #expect(settings.requests.endpoints.certificateAuthorityFile == authority)
        let other = try await Tool.selfSignedCertificate(folder).certificate
        let environment = ["ALGOLIA_CA_FILE": other]
        #expect(
            try SettingsLoader.parse(
                withApplication("endpoints: { ca_file: \(authority) }"), file: "exporter.yml", environment: environment
            ).requests.endpoints.certificateAuthorityFile == other)
    }

    @Test(arguments: ["", "\n", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
    func `needs certificates in that file`(_ content: String) throws {
        let path = try file(content)
        #expect(
            complaints(withApplication("endpoints:\n  ca_file: \(path)")).map { $0.replacing(path, with: "P") }
                == ["exporter.yml:5:12: endpoints.ca_file: P: not a readable PEM certificate; \(Self.authorities)"])
    }

    @Test func `needs that file`() {
        #expect(
            complaints(withApplication("endpoints: { ca_file: /nowhere/ca.pem }")) == [
                "exporter.yml:4:23: endpoints.ca_file: /nowhere/ca.pem: the file does not exist; \(Self.authorities)"
            ])
        #expect(
            complaints(withApplication("endpoints: { ca_file: /tmp }")) == [
                "exporter.yml:4:23: endpoints.ca_file: /tmp: it is a directory, not a file; \(Self.authorities)"
            ])
        #expect(
            complaints(environment: ["ALGOLIA_CA_FILE": "/nowhere/ca.pem"], requireApplication: false) == [
                "environment: ALGOLIA_CA_FILE: /nowhere/ca.pem: the file does not exist; \(Self.authorities)"
            ])
    }

    private static let authorities = "expected the path of a PEM file with certificates of authorities"
}
