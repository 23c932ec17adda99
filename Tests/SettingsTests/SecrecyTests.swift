import Transport
import Settings
import Testing
import UsageModel

@Suite struct `A key is never printed` {
    private func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    @Test func `by settings, however they are printed`() throws {
        let yaml = """
            applications:
              - id: APP
                usage_api_key: \(secret)
                monitoring_api_key: \(secret)
                search_api_key: \(secret)
            """
        let settings = try SettingsLoader.parse(yaml, file: "exporter.yml")
        for text in [String(describing: settings), String(reflecting: settings), dumped(settings), "\(settings)"] {
            #expect(text.contains("APP"))
            #expect(!text.contains(secret))
        }
    }

    @Test func `by the key's own type`() {
        let key = SecretSource.value(secret)
        #expect(key.description == "<redacted>")
        #expect(String(reflecting: key) == "<redacted>")
        #expect(String(reflecting: Optional(key)) == "Optional(<redacted>)")
        #expect(dumped(key) == "- <redacted>\n")
        #expect(dumped([key]).contains("<redacted>"))
        #expect(!dumped([key]).contains(secret))
        #expect(SecretSource.file("/run/secrets/usage").description == "file /run/secrets/usage")
    }

    /// Each is wrong in a way that puts the key where another value belongs.
    @Test(arguments: [
        "applications: \(secret)",
        "applications: [\(secret)]",
        "applications:\n  - usage_api_key: [\(secret)]\n    id: APP",
        "applications:\n  - id: APP\n    usage_api_key:\(secret)",
        "applications:\n  - id: APP\n     usage_api_key:\(secret)",
        "applications:\n  - id: APP\n    usage_api_key_file: \(secret)",
        "applications:\n  - id: APP\n    usage_api_key=\(secret)",
        "applications:\n  - id: APP\n    usage_api_key: \(secret) \(secret)",
        "applications:\n  - id: APP\n    usage_api_key: \"\(secret)\n",
        "applications:\n  - id: APP\n    usage_api_key: \(secret)\n    usage_api_key: \(secret)",
        "applications:\n  - id: APP\n    usage_api_key: {\(secret)",
        "applications:\n  - id: APP\n   usage_api_key: \(secret)",
        "applications:\n  - id: APP\n    usage_api_kye: \(secret)",
        "applications:\n  - id: APP\n    \(secret): usage_api_key",
        "applications:\n  - id: APP\n    contract: { records: \(secret) }",
        "applications:\n  - id: \"APP \(secret)\"",
        "polling: { interval: \(secret) }",
        "polling: { requests_per_minute: \(secret)x }",
        "polling: \(secret)",
        "proxy: { read_through: \(secret) }",
        "metrics: { include: [\"(\(secret)\"] }",
        "endpoints: { usage: \"ftp://\(secret)@host\" }",
        "endpoints: { usage: \"https://user:\(secret)@host\" }",
        "endpoints: { usage: \"https://host?key=\(secret)\" }",
        "remote_write: [\(secret)]",
        "\(secret)",
        "usage_api_key: \(secret)\u{7}",
    ])
    func `by an error of the file`(_ yaml: String) {
        let lines = complaints(yaml)
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { !$0.contains(secret) }, "\(lines)")
    }

    @Test(arguments: [
        ["ALGOLIA_USAGE_API_KEY": "\(secret) \(secret)", "ALGOLIA_APPLICATION_ID": "APP"],
        ["ALGOLIA_USAGE_API_KEY": secret, "ALGOLIA_USAGE_API_KEY_FILE": "x", "ALGOLIA_APPLICATION_ID": "APP"],
        ["ALGOLIA_USAGE_API_KEY": secret],
        ["ALGOLIA_USAGE_API_KEY_FILE": secret, "ALGOLIA_APPLICATION_ID": "APP"],
        ["ALGOLIA_APPLICATION_ID": "APP:\(secret)", "ALGOLIA_USAGE_API_KEY": secret],
    ])
    func `by an error of the environment`(_ environment: [String: String]) {
        let lines = complaints(environment: environment)
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { !$0.contains(secret) }, "\(lines)")
    }
}
