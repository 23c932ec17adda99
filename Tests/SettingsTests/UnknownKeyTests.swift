import Settings
import Testing

@Suite struct `An unknown key` {
    @Test func `is named with the keys that are accepted`() {
        #expect(
            complaints(withApplication("storage:\n  engine: sqlite"))
                == ["exporter.yml:5:3: storage: unknown key \"engine\"; expected one of path, retention"])
    }

    @Test(arguments: [
        ("polling: { intervall: 5m }", "interval"), ("polling: { intreval: 5m }", "interval"),
        ("polling: { request_per_minute: 5 }", "requests_per_minute"), ("poling: {}", "polling"),
        ("metrics: { inlcude: [] }", "include"),
    ])
    func `is compared with the accepted ones`(_ yaml: String, _ similar: String) throws {
        let lines = complaints(withApplication(yaml))
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasSuffix(" (did you mean \(similar)?)"))
    }

    @Test func `at the top and in an application is found as well`() {
        let yaml = """
            application: []
            applications:
              - id: APP
                usage_key: x
                usage_api_key: \(secret)
            """
        #expect(
            complaints(yaml) == [
                "exporter.yml:1:1: unknown key \"application\"; expected one of applications, endpoints, polling, "
                    + "backfill, storage, metrics, proxy, limits, reports, remote_write (did you mean applications?)",
                "exporter.yml:4:5: applications[0]: unknown key \"usage_key\"; expected one of id, usage_api_key, "
                    + "usage_api_key_file, monitoring_api_key, monitoring_api_key_file, search_api_key, "
                    + "search_api_key_file, indices, clusters, contract, usage_v2, name, labels",
            ])
    }

    @Test func `that is no text is a problem too`() {
        #expect(
            complaints(withApplication("polling: { [a]: 5m }"))
                == ["exporter.yml:4:12: polling: a key is a list or mapping; expected a text"])
    }
}
