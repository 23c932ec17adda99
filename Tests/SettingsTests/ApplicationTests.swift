import Transport
import Settings
import Testing
import UsageModel

@Suite struct `Applications of the file` {
    private let shortestWay = """
        expected the environment variables ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY, or applications in \
        the file that --config.file names, or --demo to try it without an account
        """

    @Test func `have to be there`() {
        #expect(complaints("polling: {}") == ["exporter.yml: no application is configured; \(shortestWay)"])
        #expect(
            complaints("applications: []")
                == ["exporter.yml:1:15: applications: no application is configured; \(shortestWay)"])
        #expect(complaints(environment: [:]) == ["environment: no application is configured; \(shortestWay)"])
    }

    @Test func `are a list of mappings`() {
        #expect(
            complaints("applications: APP") == [
                "exporter.yml:1:15: applications: a single value is not a list; "
                    + "expected a list of applications such as [a, b]"
            ])
        #expect(
            complaints("applications:\n  - APP") == [
                "exporter.yml:2:5: applications[0]: a single value is not a mapping; "
                    + "expected keys with values such as key: value"
            ])
    }

    @Test func `need an id`() {
        #expect(
            complaints("applications:\n  - usage_api_key: \(secret)")
                == ["exporter.yml:2:5: applications[0]: id is missing; expected the application's id"])
    }

    @Test(arguments: ["A B", "A/B", "ÄPP", "A.B"])
    func `have ids of letters, digits, hyphen and underscore`(_ id: String) {
        #expect(
            complaints("applications:\n  - id: \(id)\n    usage_api_key: \(secret)") == [
                "exporter.yml:2:9: applications[0].id: \"\(id)\" is not an application id; "
                    + "expected an application id: at most 30 letters, digits, - and _"
            ])
    }

    @Test(arguments: [("auto", true), ("AUTO", true), ("off", false), ("'off'", false), ("false", false)])
    func `ask Usage API v2 or not`(_ text: String, _ collects: Bool) throws {
        let settings = try SettingsLoader.parse(
            withApplication("    usage_v2: \(text)"), file: "exporter.yml", environment: [:], requireApplication: true)
        let application = try #require(settings.applications.first)
        #expect(application.collectsBilling == collects)
        #expect(settings.collection(of: application, shard: nil).collectsBilling == collects)
    }

    @Test func `ask it where it is served unless they say so, and refuse anything else`() throws {
        let settings = try SettingsLoader.parse(
            withApplication(), file: "exporter.yml", environment: [:], requireApplication: true)
        #expect(settings.applications.first?.collectsBilling == true)
        for text in ["on", "yes", "always"] {
            #expect(
                complaints(withApplication("    usage_v2: \(text)")) == [
                    "exporter.yml:4:15: applications[0].usage_v2: \"\(text)\" is neither auto nor off; expected auto or off"
                ])
        }
    }

    @Test(arguments: ["", "\n    monitoring_api_key: k"])
    func `need a usage key or a search key`(_ other: String) {
        #expect(
            complaints("applications:\n  - id: APP\(other)") == [
                "exporter.yml:2:5: applications[0]: neither a usage key nor a search key is given; "
                    + "expected usage_api_key_file or usage_api_key (or the environment variable "
                    + "ALGOLIA_USAGE_API_KEY), or, on a plan without the Usage API, search_api_key_file or search_api_key"
            ])
    }

    @Test func `may have a search key alone`() throws {
        let settings = try SettingsLoader.parse(
            "applications:\n  - id: APP\n    search_api_key_file: /run/search", file: "exporter.yml", environment: [:])
        let application = try #require(settings.applications.first)
        #expect(application.usageKey == nil && application.searchKey == .file("/run/search"))
    }

    @Test func `have one complaint about a key that is wrong`() {
        #expect(complaints("applications:\n  - id: APP\n    search_api_key: \"a b\"").count == 1)
    }

    @Test func `give each key either itself or as a file`() {
        let yaml = """
            applications:
              - id: APP
                usage_api_key_file: /run/usage
                usage_api_key: \(secret)
            """
        #expect(
            complaints(yaml) == [
                "exporter.yml:3:25: applications[0].usage_api_key_file: usage_api_key is given as well; "
                    + "expected only one of the two"
            ])
    }

    @Test(arguments: ["\"\"", "a b", "\"a\\tb\"", "schlüssel"])
    func `have keys that a header can carry`(_ key: String) throws {
        let lines = complaints("applications:\n  - id: APP\n    usage_api_key: \(key)")
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasPrefix("exporter.yml:3:20: applications[0].usage_api_key: it is "))
    }

    @Test func `name key files that do not look like keys`() throws {
        func yaml(_ path: String) -> String { "applications:\n  - id: APP\n    usage_api_key_file: \(path)" }
        #expect(
            complaints(yaml(secret)) == [
                "exporter.yml:3:25: applications[0].usage_api_key_file: it looks like a key itself (not shown); "
                    + "expected the path of a file that holds a key, with ./ before a name like this"
            ])
        #expect(complaints(yaml("./\(secret)")) == [])
        #expect(complaints(yaml("usage.key")) == [])
    }

    @Test func `are each given once`() {
        let yaml = """
            applications:
              - { id: APP, usage_api_key: \(secret) }
              - { id: APP, usage_api_key: \(secret) }
            """
        #expect(
            complaints(yaml) == [
                "exporter.yml:3:5: applications[1]: application APP is already applications[0] at line 2; "
                    + "expected each application once"
            ])
    }

    @Test(arguments: ["0", "-1", ".inf", "nan", "many"])
    func `have contracts of numbers above zero`(_ number: String) throws {
        let yaml = "applications:\n  - id: APP\n    usage_api_key: k\n    contract: { max_qps: \(number) }"
        let lines = complaints(yaml)
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasPrefix("exporter.yml:4:26: applications[0].contract.max_qps: "))
    }

    @Test func `may name their clusters, or none of them`() throws {
        func application(_ clusters: String) throws -> ApplicationSettings {
            let settings = try SettingsLoader.parse(withApplication("    clusters: \(clusters)"), file: "exporter.yml")
            return try #require(settings.applications.first)
        }
        #expect(try application("[c4-fr, c11-jp]").clusters == ["c4-fr", "c11-jp"])
        #expect(try application("[]").clusters == [])
        #expect(try application("").clusters == nil)
        var expected = Settings()
        expected.applications = [try application("[c4-fr]")]
        #expect(expected.collection(of: expected.applications[0], shard: nil).clusters == ["c4-fr"])
    }

    @Test(arguments: ["c4,fr", "c4/fr", "c4 fr", "é"])
    func `have clusters of letters, digits, hyphen and underscore`(_ name: String) {
        #expect(
            complaints(withApplication("    clusters: [\"\(name)\"]")) == [
                "exporter.yml:4:16: applications[0].clusters[0]: \"\(name)\" is not the name of a cluster; "
                    + "expected the name of a cluster such as c4-fr"
            ])
    }

    @Test func `list their clusters`() {
        #expect(
            complaints(withApplication("    clusters: c4-fr")) == [
                "exporter.yml:4:15: applications[0].clusters: a single value is not a list; "
                    + "expected a list of clusters such as [a, b]"
            ])
    }
}
