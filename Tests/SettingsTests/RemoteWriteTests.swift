import Transport
import Settings
import Testing
import UsageModel

@Suite struct `remote_write` {
    private func receivers(_ yaml: String) throws -> [RemoteWriteDestination] {
        try SettingsLoader.parse(withApplication(yaml), file: "exporter.yml").remoteWrite
    }

    @Test func `needs a URL and nothing else`() throws {
        let receiver = try #require(
            try receivers("remote_write:\n  - url: https://mimir.example.com:8443/api/v1/push?tenant=a").first)
        #expect(receiver.url == "https://mimir.example.com:8443/api/v1/push?tenant=a")
        #expect(receiver.name == "mimir.example.com:8443/api/v1/push")
        #expect(receiver.timeout == 30)
        #expect(receiver.headers.isEmpty)
        #expect(receiver.credentials == nil)
        #expect(receiver.tls == RemoteWriteTLS())
        #expect(receiver.proxy == nil)
        #expect(receiver.message == nil)
        #expect(receiver.maxSamplesPerSend == 2000)
        #expect(receiver.minBackoff == 0.03)
        #expect(receiver.maxBackoff == 5)
        #expect(receiver.sampleAgeLimit == nil)
    }

    @Test func `says everything that can be said`() throws {
        let all = try receivers(
            """
            remote_write:
              - url: https://mimir.example.com/api/v1/push
                name: mimir
                remote_timeout: 1m500ms
                headers: { X-Scope-OrgID: algolia }
                basic_auth: { username: u, password_file: /run/secrets/p }
                tls_config: { ca_file: /ca.pem, cert_file: /c.pem, key_file: /k.pem, insecure_skip_verify: true }
                proxy_url: http://u%40er:p%3Ass@proxy.example.com:3128
                protobuf_message: io.prometheus.write.v2.Request
                queue_config: { max_samples_per_send: 500, min_backoff: 100ms, max_backoff: 1m, sample_age_limit: 2h }
              - url: http://thanos:10908/api/v1/receive
                authorization: { credentials: \(secret) }
                proxy_url: https://u:p@proxy.example.com
              - url: http://prometheus/api/v1/write
                authorization: { type: Token, credentials_file: ./token }
                proxy_url: socks5://[2001:db8::1]
                protobuf_message: prometheus.WriteRequest
            """)
        #expect(all.map(\.name) == ["mimir", "thanos:10908/api/v1/receive", "prometheus/api/v1/write"])
        #expect(all[0].timeout == 60.5)
        #expect(all[0].headers == ["X-Scope-OrgID": .value("algolia")])
        #expect(all[0].credentials == .basic(user: "u", password: .file("/run/secrets/p")))
        #expect(all[0].tls.certificateAuthorityFile == "/ca.pem")
        #expect(all[0].tls.certificateFile == "/c.pem")
        #expect(all[0].tls.keyFile == "/k.pem")
        #expect(all[0].tls.skipsVerification)
        #expect(
            all[0].proxy
                == ProxyServer(host: "proxy.example.com", port: 3128, credentials: SecretText(password: "u@er:p:ss")))
        #expect(
            all[1].proxy
                == ProxyServer(.https, host: "proxy.example.com", port: 443, credentials: SecretText(password: "u:p")))
        #expect(all[2].proxy == ProxyServer(.socks5, host: "2001:db8::1", port: 1080))
        #expect(all[0].maxSamplesPerSend == 500)
        #expect(all[0].minBackoff == 0.1)
        #expect(all[0].maxBackoff == 60)
        #expect(all[0].sampleAgeLimit == 7200)
        #expect(all[1].credentials == .authorization(type: "Bearer", credentials: .value(secret)))
        #expect(all[2].credentials == .authorization(type: "Token", credentials: .file("./token")))
        #expect(all.map(\.message) == [.version2, nil, .version1])
    }

    /// What follows the URL, and the complaint.
    @Test(arguments: [
        (
            "remote_timeout: 10",
            "6:21: remote_write[0].remote_timeout: \"10\" is not a duration; expected a number with a unit such as 30ms, 5s or 2m"
        ),
        ("remote_timeout: 5ms", "6:21: remote_write[0].remote_timeout: 5ms is too short; expected at least 100ms"),
        (
            "name: \" \"",
            "6:11: remote_write[0].name: it is empty; expected a name: visible characters and spaces, at most 200"
        ),
        (
            "headers: { Authorization: x }",
            "6:31: remote_write[0].headers.Authorization: remote write sets this header itself; expected another header"
        ),
        (
            "headers: { \"a b\": x }",
            "6:23: remote_write[0].headers: \"a b\" is not a header name; expected letters, digits and -"
        ),
        (
            "headers: [a]",
            "6:14: remote_write[0].headers: a list is not a mapping; expected keys with values such as key: value"
        ),
        (
            "basic_auth: { username: u }",
            "6:17: remote_write[0].basic_auth: neither password nor password_file is given; expected one of the two"
        ),
        (
            "basic_auth: { password: p }",
            "6:17: remote_write[0].basic_auth: username is missing; expected the user name"
        ),
        (
            "basic_auth: { username: u, password: p, password_file: /p }",
            "6:60: remote_write[0].basic_auth.password_file: password is given as well; expected only one of the two"
        ),
        (
            "authorization: { type: a b, credentials: x }",
            "6:28: remote_write[0].authorization.type: it is not a type of authorization (not shown); expected one word such as Bearer"
        ),
        (
            "authorization: { type: Basic, credentials: x }",
            "6:28: remote_write[0].authorization.type: Basic needs a user; expected basic_auth instead"
        ),
        (
            "tls_config: { cert_file: /c }",
            "6:17: remote_write[0].tls_config: the certificate is incomplete; expected cert_file and key_file"
        ),
        (
            "proxy_url: ftp://proxy",
            "6:16: remote_write[0].proxy_url: ftp is not a scheme of proxies; expected http://host:port or https://host:port, with user:password@ before the host and special characters as %40, or socks5://host:port"
        ),
        (
            "proxy_url: socks5://u:p@proxy:3128",
            "6:16: remote_write[0].proxy_url: a user or password for SOCKS is not supported; expected http://host:port or https://host:port, with user:password@ before the host and special characters as %40, or socks5://host:port"
        ),
        (
            "proxy_url: http://u:p@proxy:0",
            "6:16: remote_write[0].proxy_url: the port is not between 1 and 65535; expected http://host:port or https://host:port, with user:password@ before the host and special characters as %40, or socks5://host:port"
        ),
        (
            "protobuf_message: v2",
            "6:23: remote_write[0].protobuf_message: \"v2\" is not a remote write message; expected prometheus.WriteRequest or io.prometheus.write.v2.Request, or remove the key to detect it"
        ),
        (
            "queue_config: { max_samples_per_send: 0 }",
            "6:43: remote_write[0].queue_config.max_samples_per_send: 0 is too small; expected a whole number of at least 1"
        ),
        (
            "queue_config: { max_backoff: 10ms }",
            "6:34: remote_write[0].queue_config.max_backoff: max_backoff is shorter than min_backoff; expected at least as much"
        ),
        (
            "queue_config: { shards: 2 }",
            "6:21: remote_write[0].queue_config: unknown key \"shards\"; expected one of max_samples_per_send, min_backoff, max_backoff, sample_age_limit"
        ),
        (
            "write_relabel_configs: []",
            "6:5: remote_write[0]: unknown key \"write_relabel_configs\"; expected one of url, name, remote_timeout, headers, basic_auth, authorization, tls_config, proxy_url, protobuf_message, queue_config"
        ),
    ])
    func `is refused with its place`(_ line: String, _ complaint: String) {
        let yaml = withApplication("remote_write:\n  - url: http://host\n    \(line)")
        #expect(complaints(yaml) == ["exporter.yml:\(complaint)"])
    }

    @Test(arguments: [
        ("name: a", "5:5: remote_write[0]: url is missing; expected the receiver's http or https URL"),
        (
            "url: ftp://host",
            "5:10: remote_write[0].url: \"ftp://host\" is not an http or https URL; expected an http or https URL such as https://mimir.example.com/api/v1/push"
        ),
        (
            "url: http://u:p@host/",
            "5:10: remote_write[0].url: the URL has a user or password; expected basic_auth instead"
        ),
        (
            "url: http://host/#a",
            "5:10: remote_write[0].url: the URL has a fragment; expected an http or https URL such as https://mimir.example.com/api/v1/push"
        ),
    ])
    func `needs a good URL`(_ line: String, _ complaint: String) {
        #expect(complaints(withApplication("remote_write:\n  - \(line)")) == ["exporter.yml:\(complaint)"])
    }

    @Test func `has each name once`() {
        let yaml = withApplication(
            "remote_write:\n  - url: http://a/x\n  - url: https://b/\n    name: a/x\n  - url: http://c")
        #expect(
            complaints(yaml) == [
                "exporter.yml:6:5: remote_write[1]: its name is already that of remote_write[0] at line 5; expected a unique name, which identifies the receiver's position"
            ])
    }

    @Test func `is authorized in one way`() {
        let yaml = withApplication(
            "remote_write:\n  - url: http://a\n    authorization: { credentials: a }\n    basic_auth: { username: u, password: p }"
        )
        #expect(
            complaints(yaml) == [
                "exporter.yml:6:20: remote_write[0].authorization: basic_auth is given as well; expected only one of the two"
            ])
    }

    @Test(arguments: [
        "basic_auth: { username: u, password: \(secret) }", "authorization: { credentials: \(secret) }",
        "headers: { X-Key: \(secret) }", "proxy_url: http://u:\(secret)@proxy",
    ])
    func `never shows a secret`(_ line: String) throws {
        let settings = try receivers("remote_write:\n  - url: http://a\n    \(line)")
        var text = "\(settings)"
        dump(settings, to: &text)
        #expect(text.contains("http://a"))
        #expect(!text.contains(secret))
    }

    @Test(arguments: [
        "url: http://\(secret)@host", "url: http://u:\(secret)@host", "name: [\(secret)]",
        "basic_auth: { username: \"a:\(secret)\", password: x }",
        "basic_auth: { username: u, password_file: \(secret) }",
        "basic_auth: { username: u, password: [\(secret)] }", "basic_auth: \(secret)",
        "authorization: { credentials: \"\(secret) \(secret)\" }", "authorization: { type: \"Bearer \(secret)\" }",
        "authorization: { credentials_file: \(secret) }", "headers: { Authorization: \(secret) }",
        "headers: { X-Key: \"\(secret)é\" }", "headers: { \"X \(secret)\": a }",
        "proxy_url: \"http://u:\(secret)@ proxy\"", "proxy_url: ftp://u:\(secret)@proxy", "proxy_url: [\(secret)]",
        "proxy_url: u:\(secret)@proxy:0", "protobuf_message: \(secret)", "remote_timeout: \(secret)",
        "tls_config: \(secret)",
    ])
    func `never shows a secret in a complaint`(_ line: String) {
        let url = line.hasPrefix("url") ? "" : "url: http://host\n    "
        let lines = complaints(withApplication("remote_write:\n  - \(url)\(line)"))
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { !$0.contains(secret) }, "\(lines)")
    }
}
