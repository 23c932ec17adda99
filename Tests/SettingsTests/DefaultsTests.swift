import Transport
import Settings
import Testing
import UsageModel

@Suite struct `Without configuration` {
    let settings: Settings

    init() throws {
        settings = try SettingsLoader.parse(withApplication(), file: "exporter.yml")
    }

    @Test func `everything but the application is the default`() {
        var expected = Settings()
        expected.applications = settings.applications
        #expect(settings == expected)
    }

    @Test func `every index and no contract is the application's default`() throws {
        let application = try #require(settings.applications.first)
        #expect(application == ApplicationSettings(id: "APP", usageKey: .value(secret)))
        #expect(application.monitoringKey == nil)
        #expect(application.searchKey == nil)
        #expect(application.indices.include == ["*"])
        #expect(application.indices.exclude == [])
        #expect(application.contract.searchRequestsPerMonth == nil)
        #expect(application.contract.records == nil)
        #expect(application.contract.maxQPS == nil)
    }

    @Test func `the endpoints are Algolia's`() {
        #expect(settings.requests.endpoints.usage == "https://usage.algolia.com")
        #expect(settings.requests.endpoints.monitoring == "https://status.algolia.com")
        #expect(settings.requests.endpoints.search == "https://{application}-dsn.algolia.net")
        #expect(
            settings.requests.endpoints.searches == [
                "https://{application}-dsn.algolia.net", "https://{application}-1.algolianet.com",
                "https://{application}-2.algolianet.com", "https://{application}-3.algolianet.com",
            ])
    }

    @Test func `polling is every 5 minutes, indices every hour, at most 60 requests a minute`() {
        #expect(settings.collection.interval == 5 * 60)
        #expect(settings.collection.indexInterval == 3600)
        #expect(settings.collection.settleDelay == 2 * 3600)
        #expect(settings.requests.requestsPerMinute == 60)
        #expect(settings.requests.timeout == 30)
    }

    @Test func `90 days are backfilled and minutely points kept for 30`() {
        #expect(settings.collection.horizon == 90 * 86_400)
        #expect(settings.storage.path == "data/history.db")
        #expect(settings.storage.retention.minutely == 30 * 86_400)
    }

    @Test func `all metrics are shown for 3 hours and 50 hours`() {
        #expect(settings.metrics.staleness.hourly == 3 * 3600)
        #expect(settings.metrics.staleness.daily == 50 * 3600)
        #expect(settings.metrics.include == [".*"])
        #expect(settings.metrics.exclude == [])
        #expect(!settings.readsThrough)
    }

    @Test func `keys without a value keep the defaults of their section`() throws {
        let yaml = withApplication(
            "endpoints:\npolling:\nbackfill: ~\nstorage: { retention: null }\nmetrics:\nproxy:\n")
        #expect(try SettingsLoader.parse(yaml, file: "exporter.yml") == settings)
    }
}
