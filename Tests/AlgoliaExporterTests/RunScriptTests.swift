import Foundation
import TestSupport
import Testing

@Suite("make run")
struct RunScriptTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path()
    private static let names = ["APPLICATION_ID", "USAGE_API_KEY", "MONITORING_API_KEY", "SEARCH_API_KEY"].flatMap {
        ["ALGOLIA_\($0)", "ALGOLIA_\($0)_FILE"]
    }

    private func check(_ environment: [String]) async throws -> Tool.Outcome {
        let unset = Self.names.flatMap { ["-u", $0] }
        return try await Tool.run("env", unset + environment + [Self.root + "scripts/run", "--check"])
    }

    @Test(
        "Half of a configuration is one line that says what is missing, before the build, and no demo",
        arguments: [
            (["ALGOLIA_APPLICATION_ID=A"], "ALGOLIA_USAGE_API_KEY (or ALGOLIA_USAGE_API_KEY_FILE)"),
            (
                ["ALGOLIA_APPLICATION_ID=A", "ALGOLIA_USAGE_API_KEY="],
                "ALGOLIA_USAGE_API_KEY (or ALGOLIA_USAGE_API_KEY_FILE)"
            ),
            (["ALGOLIA_USAGE_API_KEY_FILE=f"], "ALGOLIA_APPLICATION_ID"),
            (["ALGOLIA_SEARCH_API_KEY=k"], "ALGOLIA_APPLICATION_ID"),
            (
                ["ALGOLIA_MONITORING_API_KEY=k"],
                "ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY (or ALGOLIA_USAGE_API_KEY_FILE)"
            ),
        ])
    func half(environment: [String], missing: String) async throws {
        let outcome = try await check(environment)
        #expect(outcome.status == 1)
        let what = missing.contains(" and ") ? "both" : "it"
        #expect(
            outcome.output.hasPrefix("error: missing in the environment: \(missing); set \(what), or unset ALGOLIA_"))
        #expect(outcome.output.split(separator: "\n").count == 1)
    }

    @Test("A whole configuration and none are both right")
    func whole() async throws {
        #expect(try await check(["ALGOLIA_APPLICATION_ID=A", "ALGOLIA_USAGE_API_KEY_FILE=f"]).status == 0)
        #expect(try await check(["ALGOLIA_APPLICATION_ID=A", "ALGOLIA_SEARCH_API_KEY=k"]).status == 0)
        #expect(try await check([]).status == 0)
    }
}
