import Foundation
import Settings
import Testing
import UsageModel

@Suite struct `docs/configuration.md` {
    /// The contents of the page's fenced blocks in `language`.
    private func blocks(_ language: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        return page.split(separator: "```\(language)\n").dropFirst().compactMap { block in
            block.firstRange(of: "\n```").map { String(block[..<$0.lowerBound]) }
        }
    }

    @Test func `begins with an example that works`() throws {
        let settings = try SettingsLoader.parse(try #require(try blocks("yaml").first), file: "exporter.yml")
        #expect(settings.applications.map(\.id) == ["MYAPPID"])
        #expect(settings.storage.path == "/var/lib/algolia-exporter/history.db")
    }

    @Test func `shows errors as they are`() throws {
        let yaml = try #require(try blocks("yaml").last)
        let shown = try blocks("text")
        #expect(complaints(yaml).joined(separator: "\n") == shown.first)
        let withKey = complaints(yaml, environment: ["ALGOLIA_SEARCH_API_KEY": "k"])
        #expect(withKey.last == shown.last)
    }
}
