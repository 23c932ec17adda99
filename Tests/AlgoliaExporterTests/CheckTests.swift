import Foundation
import TestSupport
import Testing

@Suite("check")
struct CheckTests {
    /// Runs `check` in a folder without the variables of an application.
    private func check(_ options: String, in folder: TemporaryFolder) async throws -> (status: Int32, lines: [String]) {
        let status = try await Program.run(
            script: """
                cd "$1"
                unset $(compgen -e | grep '^ALGOLIA_')
                "$0" check \(options) > out 2> error
                """, in: folder)
        return (status, folder.text("out").split(separator: "\n").map(String.init))
    }

    @Test("Without an application it checks what there is, skips the rest, and says what to set")
    func nothing() async throws {
        let folder = TemporaryFolder()
        let (status, lines) = try await check("", in: folder)
        #expect(status == 0)
        #expect(
            lines == [
                "skip  configuration: the environment names no application",
                "ok    database: data/history.db does not exist yet; serve creates it",
                "skip  remote write: no receiver is configured",
                "next  set ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY or name a file with --config.file; "
                    + "`algolia-exporter serve --demo` needs neither",
            ])
        #expect(folder.text("error").isEmpty)
    }

    @Test("With --demo it checks the simulator, counts the first backfill, and finds nothing missing after it")
    func demo() async throws {
        let folder = TemporaryFolder()
        let path = "--storage.path '\(folder.file("demo.db"))'"
        let (status, lines) = try await check("--demo \(path)", in: folder)
        #expect(status == 0, "\(lines) \(folder.text("error"))")
        #expect(lines.count == 10)
        #expect(lines[0] == "ok    configuration: demo, 1 application")
        #expect(lines[2].hasPrefix("ok    DEMOAPP usage API: the key works; "))
        #expect(lines[3] == "ok    DEMOAPP search API: the key works; 25 indices")
        #expect(lines[4].hasPrefix("ok    DEMOAPP monitoring API: the key works; "))
        #expect(
            lines[7].contains(
                /^ok    DEMOAPP backfill: 39[0-9] requests to make, under 1 min at 3,000 requests\/min$/), "\(lines)")
        #expect(lines[5].hasPrefix("ok    DEMOAPP cluster status: c"), "\(lines[5])")
        #expect(lines[6] == "ok    DEMOAPP usage API v2: served; 5 billing metrics")
        #expect(lines[9] == "next  run `algolia-exporter serve --storage.path=\(folder.file("demo.db")) --demo`")
        let filled = try await Program.run(script: "\"$0\" backfill --demo \(path) 2> \"$1/backfill\"", in: folder)
        #expect(filled == 0, "\(folder.text("backfill"))")
        let after = try await check("--demo \(path)", in: folder).lines
        #expect(
            after[7].contains(
                /^ok    DEMOAPP backfill: complete; a start makes [0-9]{1,2} requests? for the newest data$/),
            "\(after)")
    }

    @Test("A file that names no application fails: serve refuses it")
    func empty() async throws {
        let folder = TemporaryFolder()
        try "applications: []\n".write(toFile: folder.file("exporter.yml"), atomically: true, encoding: .utf8)
        let (status, lines) = try await check("--config.file exporter.yml", in: folder)
        #expect(status == 1)
        #expect(lines.first == "FAIL  configuration: exporter.yml names no application", "\(lines)")
    }

    @Test("Keys that nobody accepts fail, and what to do next is to correct them")
    func failing() async throws {
        let folder = TemporaryFolder()
        try """
        applications: [{id: APP, usage_api_key: key}]
        endpoints: {usage: http://127.0.0.1:1, monitoring: http://127.0.0.1:1, search: http://127.0.0.1:1}
        """.write(toFile: folder.file("exporter.yml"), atomically: true, encoding: .utf8)
        let (status, lines) = try await check("--config.file exporter.yml", in: folder)
        #expect(status == 1)
        #expect(lines.contains("FAIL  APP usage API: connection failed: connection refused"), "\(lines)")
        #expect(
            lines.contains("skip  APP search API: no search key; only indices named in the configuration are collected")
        )
        #expect(lines.contains { $0.hasPrefix("skip  APP cluster status: no cluster is known; ") })
        #expect(lines.contains { $0.hasPrefix("skip  APP usage API v2: no usable response: connection failed") })
        #expect(!lines.contains { $0.contains("backfill") }, "nothing is known of it")
        #expect(
            lines.last
                == "next  correct what FAIL names, then run `algolia-exporter check --config.file=exporter.yml` again")
    }
}
