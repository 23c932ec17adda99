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
