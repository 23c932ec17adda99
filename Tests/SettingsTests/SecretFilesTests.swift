import Foundation
import Settings
import TestSupport
import Testing
import UsageModel

@Suite("Files with secrets that every user may read")
struct SecretFilesTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()

    private func make(_ name: String, mode: mode_t) throws -> String {
        let path = folder.file(name)
        try "secret".write(toFile: path, atomically: false, encoding: .utf8)
        try #require(chmod(path, mode) == 0)
        return path
    }

    private func warn(_ yaml: String, configuration: String? = nil, environment: [String: String] = [:]) throws {
        SecretFiles.warn(
            of: try SettingsLoader.parse(yaml, file: "exporter.yml", environment: environment),
            configuration: configuration, environment: environment, log.logger)
    }

    @Test("Each is named once, with what to do; private ones and those that are missing are not")
    func keys() throws {
        let open = try make("open", mode: 0o644)
        let closed = try make("closed", mode: 0o640)
        let yaml = """
            applications:
              - id: APP
                usage_api_key_file: \(open)
                monitoring_api_key_file: \(closed)
                search_api_key_file: \(folder.file("missing"))
            """
        try warn(yaml)
        try warn(yaml)
        #expect(log.lines.count == 1)
        #expect(
            log.lines.first?.hasPrefix(
                "warning every user of this machine can read \(open), which holds a secret; "
                    + "restrict it, for example to mode 0600") == true, "\(log.lines)")
    }

    @Test("Those of remote write count as well: passwords, tokens and the keys of certificates")
    func remoteWrite() throws {
        let paths = try ["password", "token", "tls"].map { try make($0, mode: 0o604) }
        try warn(
            withApplication(
                """
                remote_write:
                  - url: http://a/
                    basic_auth: { username: u, password_file: \(paths[0]) }
                    tls_config: { cert_file: /nowhere, key_file: \(paths[2]) }
                  - url: http://b/
                    authorization: { credentials_file: \(paths[1]) }
                """))
        for path in paths { #expect(log.lines.contains { $0.contains(path) }, "\(path)") }
        #expect(log.lines.count == 3)
    }

    @Test("The configuration itself is one when a key stands in it, not when the key comes from the environment")
    func configuration() throws {
        let path = try make("exporter.yml", mode: 0o644)
        try warn(
            "polling: {}", configuration: path,
            environment: ["ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_USAGE_API_KEY": "key"])
        #expect(log.lines.isEmpty)
        try warn(withApplication(), configuration: path)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains(path) == true)
    }

    @Test("What is not a regular file is not looked at")
    func folders() throws {
        SecretFiles.warn(of: ["/dev/null", folder.path], log.logger)
        #expect(log.lines.isEmpty)
    }
}
