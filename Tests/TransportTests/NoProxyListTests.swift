import Testing
import Transport

@Suite("Which requests use a proxy")
struct NoProxyListTests {
    /// The list of the tests of Go's `httpproxy`, whose rules these are.
    private static let list = """
        foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, \
        2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64
        """

    @Test(
        "Hosts of the list are connected to directly, on port 80",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.9.8.7", true), ("[::1]", true),
            ("::1", true), ("[::ffff:127.0.0.1]", true), ("[::2]", false), ("127.1", false),
            ("192.168.1.1", true), ("192.168.1.2", false), ("192.168.1.3", true), ("192.168.1.4", false),
            ("[::ffff:192.168.1.1]", true), ("10.0.0.2", true), ("10.0.0.4", false), ("[2001:db8::52:0:1]", true),
            ("2001:db8::52:0:1", true), ("[2001:db8::52:0:2]", false), ("[2001:db8::52:0:3]", true),
            ("[2002:db8:a::123]", true), ("[2002:db8:b::123]", false), ("[fe80::424b:c8be:1643:a1b6]", false),
            ("barbaz.net", false), ("www.barbaz.net", true), ("foobar.com", true), ("FooBar.com", true),
            ("www.foobar.com", true), ("a.b.foobar.com", true), ("foofoobar.com", false), ("baz.com", false),
            ("localhost.net", false), ("local.localhost", false), ("barbarbaz.net", false), ("wildcard.io", false),
            ("nested.wildcard.io", true), ("awildcard.io", false), ("[1000::%25.foobar.com]", false),
        ])
    func list(host: String, isDirect: Bool) {
        #expect(NoProxyList(Self.list).contains(host: host, port: 80) == isDirect)
    }

    @Test(
        "An entry names hosts in one of these ways",
        arguments: [
            ("example.com:8080", "example.com", 8080, true), ("example.com:8080", "example.com", 443, false),
            ("example.com:8080", "a.example.com", 8080, true), (".example.com:8080", "a.example.com", 8080, true),
            (".example.com:8080", "example.com", 8080, false), ("EXAMPLE.com", "example.COM", 443, true),
            ("a.com b.com\tc.com", "b.com", 443, true), ("a.com,,b.com,", "b.com", 443, true),
            ("10.0.0.0/8", "10.255.255.255", 443, true), ("10.0.0.0/8", "11.0.0.0", 443, false),
            ("10.1.2.3/8", "10.9.9.9", 443, true), ("10.0.0.0/32", "10.0.0.0", 443, true),
            ("10.0.0.0/32", "10.0.0.1", 443, false), ("0.0.0.0/0", "8.8.8.8", 443, true),
            ("0.0.0.0/0", "2001:db8::1", 443, false), ("::/0", "2001:db8::1", 443, true),
            ("::/0", "8.8.8.8", 443, false),
            ("172.16.0.0/12", "172.31.1.1", 443, true), ("172.16.0.0/12", "172.32.1.1", 443, false),
            ("10.0.0.0/8", "ten.example.com", 443, false), ("::ffff:10.0.0.1", "10.0.0.1", 443, true),
            ("[2001:db8::1]", "2001:db8::1", 443, true),
        ])
    func entry(list: String, host: String, port: Int, isDirect: Bool) {
        #expect(NoProxyList(list).contains(host: host, port: port) == isDirect)
    }

    @Test("`*` is every host")
    func everything() {
        for host in ["example.com", "8.8.8.8", "2001:db8::1"] {
            #expect(NoProxyList("a.com,*").contains(host: host, port: 443))
        }
    }

    @Test(
        "What is no entry matches nothing",
        arguments: [
            "", " ", ",", ":1", ":443", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "/8", ".", "*.", "a.com:x",
            "a.com:99999",
            "[", "[]", "2001:db8::/129",
        ])
    func nonsense(list: String) {
        for host in ["example.com", "10.0.0.1", "2001:db8::1"] {
            #expect(!NoProxyList(list).contains(host: host, port: 443))
        }
    }

    @Test("Each scheme has its proxy")
    func schemes() {
        var rules = ProxyRules()
        #expect(rules.proxy(for: "https://usage.algolia.com/1/usage") == nil)
        rules.https = ProxyServer(host: "secure", port: 3128)
        #expect(rules.proxy(for: "https://usage.algolia.com/1/usage")?.host == "secure")
        #expect(rules.proxy(for: "HTTPS://usage.algolia.com")?.host == "secure")
        #expect(rules.proxy(for: "http://usage.algolia.com") == nil)
        rules.http = ProxyServer(host: "plain", port: 3128)
        #expect(rules.proxy(for: "http://usage.algolia.com")?.host == "plain")
        #expect(rules.proxy(for: "https://localhost:8443/") == nil)
        #expect(rules.proxy(for: "http://[::1]:8080/") == nil)
        rules.exceptions = NoProxyList("mimir.internal:443, loki.internal:80")
        #expect(rules.proxy(for: "https://mimir.internal/api/v1/push") == nil)
        #expect(rules.proxy(for: "http://mimir.internal/api/v1/push")?.host == "plain")
        #expect(rules.proxy(for: "http://loki.internal/") == nil)
    }

    @Test("A proxy prints as host and port")
    func description() {
        let proxy = ProxyServer(host: "10.0.0.1", port: 3128, credentials: SecretText(password: "user:s3cret"))
        #expect("\(proxy)" == "10.0.0.1:3128")
        #expect("\(ProxyServer(host: "2001:db8::1", port: 3128))" == "[2001:db8::1]:3128")
        var dumped = ""
        dump([proxy], to: &dumped)
        #expect(!dumped.contains("s3cret") && !dumped.contains("user"))
    }
}
