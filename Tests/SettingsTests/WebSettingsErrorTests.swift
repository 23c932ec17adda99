import Settings
import Testing

@Suite("Errors of the file of --web.config.file")
struct WebSettingsErrorTests {
    /// With the certificate in the first line, and this key in the second.
    private static func tls(_ key: String) -> String {
        "tls_server_config: { cert_file: a, key_file: b,\n  \(key) }"
    }

    private static func headers(_ header: String) -> String {
        "http_server_config:\n  headers:\n    \(header)"
    }

    private static let policies =
        "NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"

    static let cases: [(yaml: String, error: String)] = [
        // What Prometheus' exporters accept and this one does not do.
        (
            tls("cert: x"),
            "2:3: tls_server_config.cert: certificates and keys are read from files only; expected cert_file"
        ),
        (
            tls("key: x"),
            "2:3: tls_server_config.key: certificates and keys are read from files only; expected key_file"
        ),
        (
            tls("client_ca: x"),
            "2:3: tls_server_config.client_ca: certificates and keys are read from files only; expected client_ca_file"
        ),
        (
            tls("prefer_server_cipher_suites: true"),
            "2:3: tls_server_config.prefer_server_cipher_suites: the client always chooses among cipher_suites; expected this key to be removed"
        ),
        (
            "rate_limit: { interval: 1s, burst: 5 }",
            "1:1: rate_limit: requests are not limited by rate; expected a reverse proxy that does it"
        ),
        (
            tls("cipher_suites: [TLS_AES_128_GCM_SHA256]"),
            "2:19: tls_server_config.cipher_suites[0]: TLS_AES_128_GCM_SHA256 belongs to TLS 1.3, whose suites cannot be chosen; expected suites for TLS 1.2 and older only"
        ),
        (
            tls("client_auth_type: VerifyClientCertIfGiven"),
            "2:21: tls_server_config.client_auth_type: VerifyClientCertIfGiven needs to know who issues certificates; expected client_ca_file as well"
        ),
        (
            tls("client_auth_type: RequireAnyClientCert, client_ca_file: c"),
            "2:59: tls_server_config.client_ca_file: no certificate is verified with client_auth_type RequireAnyClientCert; expected RequireAndVerifyClientCert or VerifyClientCertIfGiven"
        ),
        (
            tls("client_auth_type: RequireAnyClientCert, client_allowed_sans: []"),
            "2:64: tls_server_config.client_allowed_sans: no client would be accepted; expected at least one name"
        ),
        // What they refuse, too.
        (
            tls("client_ca_file: c"),
            "2:19: tls_server_config.client_ca_file: no certificate is verified with client_auth_type NoClientCert; expected RequireAndVerifyClientCert or VerifyClientCertIfGiven"
        ),
        (
            tls("client_auth_type: RequestClientCert, client_allowed_sans: [a]"),
            "2:61: tls_server_config.client_allowed_sans: a client may come without a certificate with client_auth_type RequestClientCert; expected RequireAndVerifyClientCert or RequireAnyClientCert"
        ),
        (
            tls("client_auth_type: Required"),
            "2:21: tls_server_config.client_auth_type: \"Required\" is not accepted; expected one of \(policies)"
        ),
        (
            tls("min_version: TLS1.2"),
            "2:16: tls_server_config.min_version: \"TLS1.2\" is not accepted; expected one of TLS10, TLS11, TLS12, TLS13"
        ),
        (
            tls("max_version: SSL30"),
            "2:16: tls_server_config.max_version: \"SSL30\" is not accepted; expected one of TLS10, TLS11, TLS12, TLS13"
        ),
        (
            tls("min_version: TLS13, max_version: TLS12"),
            "2:36: tls_server_config.max_version: TLS12 is older than min_version (TLS13); expected the same or a newer version"
        ),
        (
            tls("curve_preferences: [CurveP224]"),
            "2:23: tls_server_config.curve_preferences[0]: \"CurveP224\" is not accepted; expected one of CurveP256, CurveP384, CurveP521, X25519"
        ),
        (
            tls("cipher_suites: TLS_RSA"),
            "2:18: tls_server_config.cipher_suites: a single value is not a list; expected a list of cipher suites such as [a, b]"
        ),
        (
            tls("cert_fil: c"),
            "2:3: tls_server_config: unknown key \"cert_fil\"; expected one of cert_file, key_file, min_version, max_version, cipher_suites, curve_preferences, client_auth_type, client_ca_file, client_allowed_sans (did you mean cert_file?)"
        ),
        (
            "tls_server_config: { cert_file: a }",
            "1:20: tls_server_config: the certificate is incomplete; expected cert_file and key_file"
        ),
        (
            "tls_server_config:",
            "1:19: tls_server_config: the certificate is incomplete; expected cert_file and key_file"
        ),
        (
            headers("Server: x"),
            "3:5: http_server_config.headers: unknown key \"Server\"; expected one of Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"
        ),
        (
            headers("x-frame-options: deny"),
            "3:5: http_server_config.headers: unknown key \"x-frame-options\"; expected one of Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security"
        ),
        (
            headers("X-Frame-Options: DENY"),
            "3:22: http_server_config.headers.X-Frame-Options: \"DENY\" is not accepted; expected one of deny, sameorigin"
        ),
        (
            headers("X-Content-Type-Options: sniff"),
            "3:29: http_server_config.headers.X-Content-Type-Options: \"sniff\" is not accepted; expected nosniff"
        ),
        (
            headers(#"Content-Security-Policy: "a\r\nSet-Cookie: b""#),
            "3:30: http_server_config.headers.Content-Security-Policy: it is not a header value (not shown); expected a text of visible ASCII characters and spaces"
        ),
        (
            headers("Strict-Transport-Security: [1]"),
            "3:32: http_server_config.headers.Strict-Transport-Security: a list is not one value; expected a text of visible ASCII characters and spaces"
        ),
        (
            "http_server_config: { http2: maybe }",
            "1:30: http_server_config.http2: \"maybe\" is neither true nor false; expected true or false"
        ),
        (
            "http_server_config: { http3: true }",
            "1:23: http_server_config: unknown key \"http3\"; expected one of http2, headers (did you mean http2?)"
        ),
        (
            "tls_server_configs: {}",
            "1:1: unknown key \"tls_server_configs\"; expected one of tls_server_config, http_server_config, basic_auth_users (did you mean tls_server_config?)"
        ),
    ]

    @Test("Each is one sentence with its place", arguments: cases)
    func error(yaml: String, error: String) {
        let thrown = #expect(throws: SettingsError.self) { try WebSettingsLoader.parse(yaml, file: "web.yml") }
        #expect(thrown?.description == "web.yml:\(error)")
    }
}
