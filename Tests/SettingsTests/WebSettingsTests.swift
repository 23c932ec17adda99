import Settings
import Testing
import UsageModel

@Suite("The file of --web.config.file")
struct WebSettingsTests {
    private let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"

    @Test("A certificate and users are read")
    func whole() throws {
        let settings = try WebSettingsLoader.parse(
            """
            tls_server_config: { cert_file: /etc/cert.pem, key_file: /etc/key.pem }
            basic_auth_users:
              prometheus: \(hash)
            """, file: "web.yml")
        #expect(settings.certificate == .init(chain: "/etc/cert.pem", key: "/etc/key.pem"))
        #expect(settings.users == ["prometheus": hash])
    }

    @Test("Rules of TLS, client certificates and headers are read by the names of Prometheus' exporters")
    func toolkit() throws {
        let settings = try WebSettingsLoader.parse(
            """
            tls_server_config:
              cert_file: cert.pem
              key_file: ../key.pem
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: ca.pem
              client_allowed_sans: [prometheus.example, 10.1.2.3]
              min_version: TLS11
              max_version: TLS12
              cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
              curve_preferences: [CurveP256, X25519]
            http_server_config:
              http2: true
              headers:
                Strict-Transport-Security: max-age=31536000
                X-Frame-Options: sameorigin
                X-XSS-Protection: ""
                Content-Security-Policy:
            """, file: "/etc/exporter/web.yml")
        // As in Prometheus, paths begin at the folder of the file.
        #expect(settings.certificate == .init(chain: "/etc/exporter/cert.pem", key: "/etc/exporter/../key.pem"))
        var handshake = WebSecurity.Handshake()
        handshake.clients.policy = .requireAndVerify
        handshake.clients.authorityFile = "/etc/exporter/ca.pem"
        handshake.clients.allowedNames = ["prometheus.example", "10.1.2.3"]
        (handshake.oldest, handshake.newest) = (.tls11, .tls12)
        handshake.cipherSuites = [.ecdheECDSAWithAES128GCM, .ecdheRSAWithAES128GCM]
        handshake.curves = [.p256, .x25519]
        #expect(settings.handshake == handshake)
        #expect(
            settings.headers == [
                .init("X-Frame-Options", "sameorigin"), .init("Strict-Transport-Security", "max-age=31536000"),
            ])
        #expect(settings.http2)
        #expect(
            settings.files == ["/etc/exporter/cert.pem", "/etc/exporter/../key.pem", "/etc/exporter/ca.pem"])
    }

    @Test("What is not written has the defaults of Prometheus' exporters, and HTTP/2 may be refused")
    func defaults() throws {
        let settings = try WebSettingsLoader.parse(
            "http_server_config: { http2: false }\ntls_server_config: { cert_file: a, key_file: b, client_auth_type: '' }",
            file: "web.yml")
        #expect(settings.certificate == .init(chain: "a", key: "b"))
        #expect(settings.handshake == WebSecurity.Handshake())
        #expect(settings.handshake.oldest == .tls12 && settings.handshake.newest == .tls13)
        #expect(settings.handshake.clients.policy == .none && !settings.http2)
        #expect(try WebSettingsLoader.parse("{}", file: "web.yml").http2)
    }

    @Test("Every policy of clients is read", arguments: WebSecurity.ClientPolicy.allCases)
    func policies(policy: WebSecurity.ClientPolicy) throws {
        let authority = policy.verifies ? ", client_ca_file: c" : ""
        let yaml = "tls_server_config: { cert_file: a, key_file: b, client_auth_type: \(policy.rawValue)\(authority) }"
        #expect(try WebSettingsLoader.parse(yaml, file: "web.yml").handshake.clients.policy == policy)
    }

    @Test("The name that older files have for a policy is read")
    func olderName() throws {
        let yaml = "tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireClientCert }"
        #expect(try WebSettingsLoader.parse(yaml, file: "web.yml").handshake.clients.policy == .requireAny)
    }

    @Test("An empty file protects nothing")
    func empty() throws {
        #expect(try WebSettingsLoader.parse("", file: "web.yml") == WebSecurity())
    }

    @Test(
        "What is wrong is told with file and line, and no password is",
        arguments: [
            ("tls_server_config: { cert_file: a.pem }", "web.yml:1:"), ("tls: {}", "unknown key \"tls\""),
            ("\nbasic_auth_users: { alice: hunter2 }", "web.yml:2:"),
            ("tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }", "client_ca_file"),
            ("- x", "web.yml:1:"),
        ])
    func wrong(yaml: String, message: String) {
        let error = #expect(throws: SettingsError.self) { try WebSettingsLoader.parse(yaml, file: "web.yml") }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("A file that is not there is named")
    func absent() {
        let error = #expect(throws: SettingsError.self) { try WebSettingsLoader.load(file: "/nowhere/web.yml") }
        #expect(error?.description.contains("/nowhere/web.yml") == true)
    }
}
