import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Which indices are collected")
struct IndexSelectionTests {
    private static let now = World.start

    @Test(
        "Until the vendor has listed them, the stored indices are collected; without a key, those that are configured")
    func selected() {
        var filter = IndexFilter()
        filter.include = ["products", "blog*"]
        var discovery = IndexDiscovery(canList: true)
        #expect(discovery.needsStored)
        #expect(discovery.selected(filter, stored: ["blog_old", "other"]) == ["blog_old", "products"])
        discovery.noteListed(["blog_new", "other"])
        #expect(!discovery.needsStored)
        #expect(discovery.selected(filter, stored: []) == ["blog_new", "products"])
        discovery.reconfigure(canList: false)
        #expect(discovery.selected(filter, stored: []) == ["products"])
    }

    @Test("Without a key nothing is due, and nothing is waited for")
    func noKey() {
        #expect(!IndexDiscovery(canList: true).isSettled && IndexDiscovery(canList: true).isDue(now: 0, interval: 60))
        let discovery = IndexDiscovery(canList: false)
        #expect(discovery.isSettled && discovery.wakeUp(interval: 3600) == .infinity)
        #expect(!discovery.isDue(now: Self.now, interval: 3600))
    }

    @Test("An index of which the vendor knows nothing is explained by what is known of the list")
    func doubt() {
        var discovery = IndexDiscovery(canList: true)
        #expect(discovery.doubt(of: "products").contains("could not be fetched yet"))
        discovery.noteListed(["other"])
        discovery.succeeded(now: Self.now)
        #expect(!discovery.isListed("products") && discovery.isListed("other"))
        #expect(discovery.doubt(of: "products").contains("is not in Algolia's list of indices"))
        #expect(IndexDiscovery(canList: false).doubt(of: "products").contains("search key would tell"))
    }
}
