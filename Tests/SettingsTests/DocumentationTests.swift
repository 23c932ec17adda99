import Foundation
import Settings
import Testing
import UsageModel

/// The contents of a page's fenced blocks in `language`.
private func blocks(_ language: String, of page: String = "configuration.md") throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/\(page)"), encoding: .utf8)
    return page.split(separator: "```\(language)\n").dropFirst().compactMap { block in
        block.firstRange(of: "\n```").map { String(block[..<$0.lowerBound]) }
    }
}

@Suite struct `docs/capacity-planning.md` {
    @Test func `shows contracts that work`() throws {
        let contracts = try blocks("yaml", of: "capacity-planning.md").map { yaml in
            try SettingsLoader.parse(yaml, file: "exporter.yml").applications[0].contract
        }
        #expect(contracts.count == 3)
        #expect(contracts.map(\.records) == [12_000_000, nil, 10_000_000])
        #expect(contracts[1].recordsPerYear == 120_000_000 && contracts[1].start == 20_485)
        #expect(contracts[2].price(beyond: .records)?.per1000 == 0.4)
    }
}

@Suite struct `docs/configuration.md` {

    @Test func `begins with an example that works`() throws {
        let settings = try SettingsLoader.parse(try #require(try blocks("yaml").first), file: "exporter.yml")
        #expect(settings.applications.map(\.id) == ["MYAPPID"])
        #expect(settings.storage.path == "/var/lib/algolia-exporter/history.db")
    }

    @Test func `shows a web configuration that works`() throws {
        let yaml = try #require(try blocks("yaml").first { $0.hasPrefix("tls_server_config:") })
        let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"
        let security = try WebSettingsLoader.parse(yaml.replacing("$2y$10$…", with: hash), file: "/etc/web.yml")
        #expect(security.certificate == .init(chain: "/etc/cert.pem", key: "/etc/key.pem"))
        #expect(security.handshake.clients.policy == .requireAndVerify)
        #expect(security.users == ["prometheus": hash] && security.headers.count == 1)
    }

    @Test func `shows errors as they are`() throws {
        let yaml = try #require(try blocks("yaml").last)
        let shown = try blocks("text")
        #expect(
            complaints(yaml).map { "error: \($0)" }.joined(separator: "\n")
                == shown.first { $0.hasPrefix("error: exporter.yml:") })
        let withKey = complaints(yaml, environment: ["ALGOLIA_SEARCH_API_KEY": "k"])
        #expect(withKey.last == shown.last)
    }
}
