import Foundation
import TestSupport
import Testing

@Suite("Plain English")
struct PlainEnglishTests {
    @Test(
        "The help of every command",
        arguments: [
            "", "serve", "backfill", "check", "report", "export", "db", "db info", "db verify", "db repair",
            "db compact", "db backup", "db import", "db retain", "simulate", "health",
        ])
    func help(command: String) async throws {
        // `env` becomes the program, of which the path is known.
        let outcome = try await Tool.run(
            "env", [Program.path("algolia-exporter")] + command.split(separator: " ").map(String.init) + ["--help"])
        #expect(outcome.status == 0 && outcome.output.contains("USAGE:"))
        #expect(PlainEnglish.avoided(in: outcome.output).isEmpty, "\(outcome.output)")
    }

    @Test("The log, the metrics, the pages and the API's description of a running exporter")
    func running() async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            for path in ["/metrics", "/openapi.json", "/", "/capacity", "/explore", "/collector", "/ready", "/nowhere"]
            {
                let answer = try await Tool.run("curl", ["-sS", "http://127.0.0.1:\(port)\(path)"])
                #expect(answer.status == 0 && !answer.output.isEmpty, "\(path)")
                #expect(PlainEnglish.avoided(in: answer.output).isEmpty, "\(path): \(answer.output)")
            }
            program.send(SIGTERM)
        }
        #expect(status == 0)
        #expect(PlainEnglish.avoided(in: folder.text("log")).isEmpty, "\(folder.text("log"))")
    }

    @Test("The documentation")
    func documentation() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let files = FileManager.default
        let pages = try files.contentsOfDirectory(atPath: root.appending(path: "docs").path())
            .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
        #expect(pages.count > 10)
        for page in pages + ["README.md", "deploy/grafana/README.md", "deploy/prometheus/rules/algolia-alerts.yml"] {
            let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
            #expect(PlainEnglish.avoided(in: text).isEmpty, "\(page)")
        }
    }
}
