public import UsageModel

/// One application of the simulator and the keys it accepts.
public struct SimulatedApplication: Sendable, Hashable {
    /// `X-Algolia-Application-Id`.
    public var id: ApplicationID
    /// The key that the Usage API accepts.
    public var usageKey: String
    /// Nil: the plan has no Monitoring API, which then answers 401 or 403.
    public var monitoringKey: String?
    /// A key with the `listIndexes` ACL; nil: the Search API answers 403.
    public var searchKey: String?
    /// Names of its indices, the largest first.
    public var indices: [IndexName]
    /// Indices with their own time of creation; those that are not in ``indices`` do not exist.
    public var youngIndices: [YoungIndex] = []
    /// When the records of an index were last changed, where they stand still since; others change all the time.
    public var lastUpdates: [IndexName: UnixTime] = [:]

    /// An application with awkward index names by default.
    public init(
        id: ApplicationID, usageKey: String, monitoringKey: String? = nil, searchKey: String? = nil,
        indices: [IndexName] = SimulatorConfiguration.awkwardIndices
    ) {
        self.id = id
        self.usageKey = usageKey
        self.monitoringKey = monitoringKey
        self.searchKey = searchKey
        self.indices = indices
    }

    /// When the index was created, where that is configured.
    func creation(of index: IndexName) -> UnixTime? {
        // The vendor's names are equal when their bytes are.
        youngIndices.last { $0.name == index }?.created
    }
}

/// An index and when it was created. For ranges that end before, the Usage API answers 404.
public struct YoungIndex: Sendable, Hashable {
    /// The index's name.
    public var name: IndexName
    /// Counts from the beginning of its hour.
    public var created: UnixTime

    /// An index that was created at `created`.
    public init(name: IndexName, created: UnixTime) {
        self.name = name
        self.created = created
    }
}

/// The vendor that a ``Simulator`` imitates.
public struct SimulatorConfiguration: Sendable {
    /// The applications that exist; all others are refused as a wrong key is.
    public var applications: [SimulatedApplication]
    /// Another seed, another world.
    public var seed: UInt64
    /// The time that growth and the ages of indices are relative to: data
    /// exist from five years before it, without end.
    public var origin: UnixTime
    /// Requests that an application may send to all APIs together in any 60 seconds.
    public var requestsPerMinute: Int
    /// Whether times and percentages have a decimal. Every value that Algolia publishes is an integer.
    public var hasDecimals: Bool
    /// Whether Usage API v2 exists; without it its paths are not found.
    public var servesUsageV2 = false
    /// Seconds that hourly buckets are kept: 90 days. Older ones are left out of answers, or
    /// refused (``Faults/refusedOldRangeStatus``).
    public var hourlyRetention: Int64
    /// Seconds that daily buckets are kept: 365 days.
    public var dailyRetention: Int64
    /// The faults to begin with.
    public var faults: Faults

    /// Algolia's limits and 60 requests a minute by default.
    public init(
        applications: [SimulatedApplication], seed: UInt64 = 1, origin: UnixTime = Self.defaultOrigin,
        requestsPerMinute: Int = 60, hasDecimals: Bool = false, hourlyRetention: Int64 = 90 * 86_400,
        dailyRetention: Int64 = 365 * 86_400,
        faults: Faults = Faults()
    ) {
        self.applications = applications
        self.seed = seed
        self.origin = origin
        self.requestsPerMinute = requestsPerMinute
        self.hasDecimals = hasDecimals
        self.hourlyRetention = hourlyRetention
        self.dailyRetention = dailyRetention
        self.faults = faults
    }

    /// 2026-07-01T00:00:00Z.
    public static let defaultOrigin: UnixTime = 1_782_864_000

    /// One application, `DEMOAPP`, with all three keys, a shop's indices and a quota that never gets in the way.
    public static let demo: SimulatorConfiguration = {
        var shop = SimulatedApplication(
            id: "DEMOAPP", usageKey: "demo-usage-key", monitoringKey: "demo-monitoring-key",
            searchKey: "demo-search-key", indices: shopIndices)
        shop.lastUpdates = ["brands": defaultOrigin - 120 * 86_400]
        return SimulatorConfiguration(applications: [shop], requestsPerMinute: 6000)
    }()

    /// Two names that look the same and are different: `café` composed, and with a combining accent.
    public static let unicodeTwins: [IndexName] = ["caf\u{E9}", "cafe\u{301}"]

    /// 25 index names of a shop.
    public static let shopIndices: [IndexName] = [
        "products", "products_fr", "articles", "products_de", "products_price_asc", "categories",
        "products_price_desc", "products_newest", "brands", "products_query_suggestions", "stores", "collections",
        "blog", "reviews", "recipes", "users", "faq", "gift_guides", "promotions", "landing_pages", "categories_fr",
        "categories_de", "orders", "products_staging", "tmp_import",
    ]

    /// 25 index names, most of which need care in a URL, a label or JSON.
    public static let awkwardIndices: [IndexName] = [
        "products", "products_fr", "articles", "product variants", "shop/eu", "100% cotton", "what?", "c#",
        "the \"best\" ones", "back\\slash", "line\nbreak", "a+b", "café", "商品", "🛒 cart",
        "products_price_asc", "products_price_desc", "query_suggestions", "users", "blog", "docs.v2",
        "tmp_import", "a&b=c", "../up", "one,two;three",
    ]
}
