import Foundation
import Settings
import Testing
import UsageModel

@Suite struct `Loading a file` {
    private func withFile<Answer>(_ data: Data, _ body: (String) throws -> Answer) throws -> Answer {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: url) }
        try data.write(to: url)
        return try body(url.path(percentEncoded: false))
    }

    private func complaint(_ path: String) -> String? {
        do throws(SettingsError) {
            _ = try SettingsLoader.load(file: path, environment: [:])
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `reads it`() throws {
        try withFile(Data(withApplication().utf8)) { path in
            let settings = try SettingsLoader.load(file: path, environment: [:])
            #expect(settings.applications.map(\.id) == ["APP"])
        }
    }

    @Test func `names it in errors`() throws {
        try withFile(Data(withApplication("poling: {}").utf8)) { path in
            #expect(complaint(path)?.hasPrefix("\(path):4:1: unknown key \"poling\"; ") == true)
        }
    }

    @Test func `says that it does not exist`() {
        #expect(complaint("/no/such.yml") == "/no/such.yml: the file does not exist; expected a YAML file")
    }

    @Test func `says that it is a directory`() {
        #expect(complaint("/tmp") == "/tmp: it is a directory, not a file; expected a YAML file")
    }

    @Test func `says that it is not UTF-8`() throws {
        try withFile(Data([0x61, 0x3A, 0x20, 0xFF, 0xFE])) { path in
            #expect(complaint(path) == "\(path): the file is not UTF-8 text; expected a YAML file")
        }
    }

    @Test func `takes the application's id from a file that the environment names`() throws {
        try withFile(Data("APP\n".utf8)) { path in
            let settings = try SettingsLoader.load(
                file: nil, environment: ["ALGOLIA_APPLICATION_ID_FILE": path, "ALGOLIA_USAGE_API_KEY": "k"])
            #expect(settings.applications.map(\.id) == ["APP"])
        }
        let missing = ["ALGOLIA_APPLICATION_ID_FILE": "/no/id", "ALGOLIA_USAGE_API_KEY": "k"]
        #expect(
            complaints(environment: missing)
                == ["environment: ALGOLIA_APPLICATION_ID_FILE: /no/id: the file does not exist"])
    }
}
