import Transport
import Settings
import Testing
import UsageModel

@Suite struct `The environment` {
    private let bothApplications = """
        applications:
          - { id: ONE, usage_api_key: one }
          - { id: TWO, usage_api_key: two, search_api_key: search }
        """

    private func applications(_ yaml: String, _ environment: [String: String]) throws -> [ApplicationSettings] {
        try SettingsLoader.parse(yaml, file: "exporter.yml", environment: environment).applications
    }

    @Test func `defines the one application with two variables`() throws {
        let settings = try SettingsLoader.load(
            file: nil, environment: ["ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_USAGE_API_KEY": secret])
        var expected = Settings()
        expected.applications = [ApplicationSettings(id: "APP", usageKey: .value(secret))]
        #expect(settings == expected)
    }

    @Test func `has a form of each key for files`() throws {
        let settings = try SettingsLoader.load(
            file: nil,
            environment: [
                "ALGOLIA_APPLICATION_ID": " APP\n", "ALGOLIA_USAGE_API_KEY_FILE": "u",
                "ALGOLIA_MONITORING_API_KEY_FILE": "m", "ALGOLIA_SEARCH_API_KEY": "s\n",
            ])
        let application = try #require(settings.applications.first)
        #expect(application.id == "APP")
        #expect(application.usageKey == .file("u"))
        #expect(application.monitoringKey == .file("m"))
        #expect(application.searchKey == .value("s"))
    }

    @Test func `defines the application of a file that has none`() throws {
        let environment = ["ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_USAGE_API_KEY": "k"]
        let settings = try SettingsLoader.parse(
            "polling: { interval: 1m }", file: "exporter.yml", environment: environment)
        #expect(settings.applications == [ApplicationSettings(id: "APP", usageKey: .value("k"))])
        #expect(settings.collection.interval == 60)
        #expect(try applications("applications: []", environment).map(\.id) == ["APP"])
    }

    @Test func `overrides the keys of the application that it names`() throws {
        let both = try applications(
            bothApplications, ["ALGOLIA_APPLICATION_ID": "TWO", "ALGOLIA_USAGE_API_KEY_FILE": "/new"])
        #expect(both.map(\.usageKey) == [.value("one"), .file("/new")])
        #expect(both.map(\.searchKey) == [nil, .value("search")])
    }

    @Test func `overrides the keys of the only application`() throws {
        let one = try applications(withApplication(), ["ALGOLIA_USAGE_API_KEY": "new"])
        #expect(one == [ApplicationSettings(id: "APP", usageKey: .value("new"))])
    }

    @Test func `completes an application without keys`() throws {
        let one = try applications("applications: [{ id: APP }]", ["ALGOLIA_USAGE_API_KEY": "new"])
        #expect(one == [ApplicationSettings(id: "APP", usageKey: .value("new"))])
    }

    @Test func `counts an empty variable as unset`() throws {
        let environment = [
            "ALGOLIA_APPLICATION_ID": "", "ALGOLIA_USAGE_API_KEY": "", "ALGOLIA_USAGE_API_KEY_FILE": "",
        ]
        #expect(try applications(bothApplications, environment).map(\.id) == ["ONE", "TWO"])
    }

    @Test func `has to say which of several applications a key is for`() {
        #expect(
            complaints(bothApplications, environment: ["ALGOLIA_SEARCH_API_KEY": "k"]) == [
                "environment: ALGOLIA_SEARCH_API_KEY: its application is ambiguous; "
                    + "expected ALGOLIA_APPLICATION_ID with one of ONE, TWO"
            ])
        #expect(
            complaints(environment: ["ALGOLIA_USAGE_API_KEY": "k"]) == [
                "environment: ALGOLIA_USAGE_API_KEY: it is set without ALGOLIA_APPLICATION_ID; "
                    + "expected ALGOLIA_APPLICATION_ID with the id of the key's application"
            ])
    }

    @Test func `must name an application of the file`() {
        #expect(
            complaints(bothApplications, environment: ["ALGOLIA_APPLICATION_ID": "THREE"]) == [
                "environment: ALGOLIA_APPLICATION_ID: application THREE is not in exporter.yml; "
                    + "expected one of ONE, TWO, or the variable unset"
            ])
    }

    @Test(arguments: [[:], ["ALGOLIA_MONITORING_API_KEY": "k"]])
    func `must give a usage key or a search key with an application`(_ others: [String: String]) {
        #expect(
            complaints(environment: others.merging(["ALGOLIA_APPLICATION_ID": "APP"]) { $1 }) == [
                "environment: ALGOLIA_USAGE_API_KEY: neither this variable nor ALGOLIA_USAGE_API_KEY_FILE is set; "
                    + "expected the usage API key of the application that ALGOLIA_APPLICATION_ID names, or, on a plan "
                    + "without the Usage API, a key with the ACL listIndexes in ALGOLIA_SEARCH_API_KEY"
            ])
    }

    @Test func `may give a search key alone`() throws {
        let settings = try SettingsLoader.load(
            file: nil, environment: ["ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_SEARCH_API_KEY_FILE": "s"])
        var expected = ApplicationSettings(id: "APP")
        expected.searchKey = .file("s")
        #expect(settings.applications == [expected])
    }

    @Test func `must not give a key twice`() {
        let environment = [
            "ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_USAGE_API_KEY": "k", "ALGOLIA_USAGE_API_KEY_FILE": "f",
        ]
        #expect(
            complaints(environment: environment) == [
                "environment: ALGOLIA_USAGE_API_KEY: ALGOLIA_USAGE_API_KEY_FILE is set as well; "
                    + "expected only one of the two"
            ])
    }

    @Test func `must hold a proper id and key`() {
        #expect(
            complaints(environment: ["ALGOLIA_APPLICATION_ID": "A B", "ALGOLIA_USAGE_API_KEY": "a b"]) == [
                "environment: ALGOLIA_APPLICATION_ID: \"A B\" is not an application id; "
                    + "expected an application id: at most 30 letters, digits, - and _",
                "environment: ALGOLIA_USAGE_API_KEY: it is not a key (not shown); "
                    + "expected an API key: visible ASCII characters without spaces",
            ])
    }

    @Test func `may be empty when no application is required`() throws {
        #expect(try SettingsLoader.load(file: nil, environment: [:], requireApplication: false) == Settings())
    }

    @Test func `names indices as the Python exporter's does`() throws {
        let environment = [
            "ALGOLIA_APPLICATION_ID": "TWO", "ALGOLIA_INDEX_NAMES": " products, 100* what? ,back\\slash,,",
        ]
        let both = try applications(bothApplications, environment)
        #expect(both.map(\.indices.include) == [["*"], ["products", "100\\* what\\?", "back\\\\slash"]])
        #expect(both[1].indices.literalNames == ["products", "100* what?", "back\\slash"])
        let one = try applications(withApplication(), ["ALGOLIA_INDEX_NAMES": "products"])
        #expect(one.map(\.indices.include) == [["products"]])
        #expect(
            complaints(bothApplications, environment: ["ALGOLIA_INDEX_NAMES": "a"]) == [
                "environment: ALGOLIA_INDEX_NAMES: its application is ambiguous; "
                    + "expected ALGOLIA_APPLICATION_ID with one of ONE, TWO"
            ])
        #expect(
            complaints(environment: ["ALGOLIA_INDEX_NAMES": "a"]) == [
                "environment: ALGOLIA_INDEX_NAMES: it is set without ALGOLIA_APPLICATION_ID; "
                    + "expected ALGOLIA_APPLICATION_ID with the id of their application"
            ])
        #expect(
            complaints(withApplication(), environment: ["ALGOLIA_INDEX_NAMES": " , "]) == [
                "environment: ALGOLIA_INDEX_NAMES: it names no index; "
                    + "expected names of indices between commas, such as products,articles"
            ])
    }

    @Test func `sets the interval and the buckets as the Python exporter's does, and wins over the file`() throws {
        let environment = ["REFRESH_INTERVAL_MINUTES": "15", "USAGE_GRANULARITY": "daily"]
        let settings = try SettingsLoader.parse(
            withApplication("polling: { interval: 1m }\nmetrics: { compatibility: k8sit }"), file: "exporter.yml",
            environment: environment)
        #expect(settings.collection.interval == 900)
        #expect(settings.metrics.compatibility == .k8sit && settings.metrics.compatibilityGranularity == .daily)
        #expect(settings.shownMetrics.compatibilityGranularity == .daily)
        let without = try SettingsLoader.parse(
            withApplication(), file: "exporter.yml",
            environment: ["REFRESH_INTERVAL_MINUTES": "", "USAGE_GRANULARITY": ""])
        #expect(without.collection.interval == 300 && without.metrics == MetricsOptions())
        #expect(
            complaints(
                withApplication(), environment: ["REFRESH_INTERVAL_MINUTES": "0", "USAGE_GRANULARITY": "minutely"])
                == [
                    "environment: REFRESH_INTERVAL_MINUTES: 0 is too small; expected a whole number of at least 1",
                    "environment: USAGE_GRANULARITY: \"minutely\" is neither; expected hourly or daily",
                ])
        #expect(
            complaints(withApplication(), environment: ["REFRESH_INTERVAL_MINUTES": "1441"])
                == ["environment: REFRESH_INTERVAL_MINUTES: 1441 is too large; expected at most 1440"])
    }

    @Test func `knows no other exporter than k8sit's`() {
        #expect(
            complaints(withApplication("metrics: { compatibility: prometheus }")) == [
                "exporter.yml:4:27: metrics.compatibility: \"prometheus\" is no exporter that is known; expected k8sit"
            ])
    }
}
