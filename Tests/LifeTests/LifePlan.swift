import History
import Simulator
import TestSupport
import UsageModel

/// What a seed decides before a life begins.
struct LifePlan: Sendable {
    /// The indices, by what happens to them.
    struct Indices: Sendable {
        var all: [IndexName] = ["shop/eu", "🛒 cart", "fresh"]
        /// Is deleted, and comes back.
        let deleted: IndexName = "shop/eu"
        /// Is deselected for a while.
        let filtered: IndexName = "🛒 cart"
        /// Is created during the life.
        let young: IndexName = "fresh"
    }

    /// 2026-07-15T10:20:00Z.
    static let start: UnixTime = World.start
    static let duration: Int64 = 72 * 3600
    /// Seconds of hours that are collected from before the start.
    static let horizon: Int64 = 4 * 86_400
    /// Days that the vendor keeps.
    static let days: Int64 = 30
    /// What is set aside is asked for again after a day, and so are revisions.
    static let catchUp: Int64 = 52 * 3600

    let seed: UInt64
    let indices = Indices()
    /// Whether Algolia's answers say when they were given.
    let sendsDate: Bool
    let hasRetention: Bool
    let collectsBilling: Bool
    /// Whether there is a monitoring key. Minutes of servers are most of the points, so not every life has them.
    let monitors: Bool
    /// Whether the machine has no clock at the first start.
    let startsAtEpoch: Bool
    let birth: UnixTime

    init(seed: UInt64) {
        var generator = SeededGenerator(seed &* 0x9E37_79B9)
        self.seed = seed
        sendsDate = Int.random(in: 0..<4, using: &generator) != 0
        hasRetention = Int.random(in: 0..<3, using: &generator) == 0
        collectsBilling = Bool.random(using: &generator)
        monitors = Int.random(in: 0..<3, using: &generator) == 0
        startsAtEpoch = sendsDate && Int.random(in: 0..<4, using: &generator) == 0
        birth = Self.start + Int64.random(in: 5...40, using: &generator) * 3600
    }

    /// Seconds that points are kept.
    var retention: [Granularity: Int64] { hasRetention ? [.hourly: 5 * 86_400, .minutely: 86_400] : [:] }

    var settings: CollectionSettings {
        var settings = CollectionSettings()
        settings.interval = 900
        settings.horizon = Self.horizon
        settings.monitoringInterval = 3600
        settings.collectsBilling = collectsBilling
        return settings
    }

    var vendor: SimulatorConfiguration {
        var application = SimulatedApplication(
            id: "APP", usageKey: "usage-key", monitoringKey: "monitoring-key", searchKey: "search-key",
            indices: indices.all)
        application.youngIndices = [YoungIndex(name: indices.young, created: birth)]
        var configuration = SimulatorConfiguration(
            applications: [application], seed: seed, requestsPerMinute: 100_000, dailyRetention: Self.days * 86_400)
        configuration.servesUsageV2 = true
        return configuration
    }

    /// The application and its indices.
    var scopes: [Scope] {
        [Scope(application: "APP")] + indices.all.map { Scope(application: "APP", index: $0) }
    }
}
