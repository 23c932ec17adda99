import Foundation
import TestSupport
import Testing

@Suite("Files with secrets")
struct SecretFileTests {
    // Fault (Secrets): A key file that others can read
    // Done: mode 0644
    // Seen: a warning with its name
    // Lost: nothing
    @Test(
        "A file with a secret that every user may read is warned of by name; a terminal obeys nothing in that name",
        arguments: ["logfmt", "json"])
    func warning(format: String) async throws {
        let folder = TemporaryFolder()
        let names = ["open\u{1B}[31m\u{7}\u{202E}\u{85}", "closed", "web.key", "group"]
        for (name, mode) in zip(names, [0o644, 0o600, 0o604, 0o640]) {
            try Data("key".utf8).write(to: URL(filePath: folder.file(name)))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file(name))
        }
        let configuration = """
            applications:
              - id: APP
                usage_api_key_file: "\(folder.path)/open\\e[31m\\a\\u202e\\N"
                monitoring_api_key_file: \(folder.file("closed"))
                search_api_key_file: \(folder.file("group"))
            remote_write:
              - url: http://127.0.0.1:1/write
                basic_auth: { username: a, password_file: \(folder.file("web.key")) }
            endpoints: {usage: http://127.0.0.1:1, monitoring: http://127.0.0.1:1, search: http://127.0.0.1:1}
            """
        try configuration.write(toFile: folder.file("exporter.yml"), atomically: true, encoding: .utf8)
        let (status, _) = try await Program.run(script: serving("--log.format \(format)"), in: folder) { program in
            _ = try await folder.port()
            // Each file is named once, however often it is read.
            program.send(SIGHUP)
            _ = try await eventually("a reload") {
                folder.text("log").contains("configuration loaded") ? true : nil
            }
            program.send(SIGTERM)
        }
        #expect(status == 0)
        let log = folder.text("log")
        let warnings = log.split(separator: "\n").filter { $0.contains("every user of this machine can read") }
        #expect(warnings.count == 2, "\(log)")
        #expect(warnings.contains { $0.contains(#"/open\u001b[31m\u0007\u202e\u0085, which holds a secret"#) })
        #expect(warnings.contains { $0.contains("/web.key, which holds a secret") })
        #expect(log.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!log.unicodeScalars.contains("\u{202E}"))
    }

    @Test("A configuration that holds a key is such a file, too")
    func configuration() async throws {
        let folder = TemporaryFolder()
        for (mode, count) in [("644", 1), ("600", 0)] {
            try? FileManager.default.removeItem(atPath: folder.file("log"))
            let (status, _) = try await Program.run(
                script: serving(before: "chmod \(mode) \"$1/exporter.yml\""), in: folder
            ) { program in
                _ = try await folder.port()
                program.send(SIGTERM)
            }
            #expect(status == 0)
            #expect(folder.text("log").matches(of: /every user of this machine can read/).count == count)
        }
    }
}
