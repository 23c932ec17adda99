@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Billing metrics in the history")
struct BillingTablesTests {
    private let metrics = [
        BillingMetric(name: "records", label: "Records", description: "Records of all indices"),
        BillingMetric(name: "x"),
    ]

    /// Stores hours `0..<count` of a statistic.
    private func store(
        _ fixture: Fixture, _ statistic: StatisticName, api: API, hours count: Int64 = 4,
        asked: StatisticSelection? = nil, unreadable: TimeRange? = nil
    ) async throws -> StoreOutcome {
        var window = AnsweredWindow(
            scope: Scope(application: "APP"), api: api, granularity: .hourly,
            range: TimeRange(midnight, midnight + count * 3600), statistics: asked ?? .names([statistic]),
            fetchedAt: midnight + 10 * 3600, settleDelay: 7200)
        if let unreadable {
            window.unreadable = [statistic: UnreadableRanges(TimeRangeSet(unreadable), reason: "NaN")]
        }
        let points = (0..<count).map { Point(time: midnight + $0 * 3600, value: .integer($0)) }
        return try await fixture.history.store([SeriesPoints(statistic: statistic, points: points)], answering: window)
    }

    private func coverage(_ fixture: Fixture, _ statistics: [StatisticName]) async throws -> Double {
        try await fixture.history.range(
            RangeQuery(
                statistics: statistics, granularity: .hourly, range: TimeRange(midnight, midnight + 4 * 3600)),
            now: midnight + 10 * 3600
        ).coverage
    }

    @Test("The registry is kept with its words; metrics that it lists no longer keep theirs")
    func registry() async throws {
        let fixture = try Fixture()
        let history = fixture.history
        #expect(try await history.billingRegistry(application: "APP") == nil)
        let first = BillingRegistry(askedAt: midnight, isServed: true, metrics: metrics)
        try await history.note(first, application: "APP")
        #expect(try await history.billingRegistry(application: "APP") == first)
        #expect(try await history.billingRegistry(application: "OTHER") == nil)
        try await history.note(
            BillingRegistry(askedAt: midnight + 1, isServed: true, metrics: [metrics[1]]), application: "APP")
        #expect(try await history.billingRegistry(application: "APP")?.metrics == [metrics[1]])
        #expect(try await history.billingMetrics() == ["billing_records": metrics[0], "billing_x": metrics[1]])
        try await history.note(BillingRegistry(askedAt: midnight + 2, isServed: false, metrics: []), application: "APP")
        let refused = try #require(try await history.billingRegistry(application: "APP"))
        #expect(!refused.isServed && refused.metrics == [metrics[1]], "a refusal says nothing about the list")
        #expect(try await history.describe("billing_records").meaning == "Records: Records of all indices")
        #expect(try await history.describe("billing_y").meaning == "a billing metric of Usage API v2")
        #expect(try await history.describe("records") == StatisticCatalogue.describe("records"))
    }

    @Test("An answer to * is not about billing metrics, nor theirs about anything else")
    func apart() async throws {
        let fixture = try Fixture()
        _ = try await store(fixture, "records", api: .usage, asked: .all)
        let covered = try await fixture.history.coverage()
        #expect(covered.map(\.ranges) == [TimeRangeSet(TimeRange(midnight, midnight + 4 * 3600))])
        #expect(try await coverage(fixture, ["billing_records"]) == 0)
        let outcome = try await store(fixture, "billing_records", api: .usageV2)
        #expect(Set(outcome.answered.keys) == ["billing_records"])
        #expect(try await fixture.history.coverage() == covered)
        #expect(try await coverage(fixture, ["billing_records"]) == 1)
        #expect(try await coverage(fixture, ["billing_records", "records"]) == 1)
        #expect(try await coverage(fixture, ["billing_records", "billing_x"]) == 0)
        #expect(try await coverage(fixture, ["records"]) == 1)
        let again = try await store(fixture, "records", api: .usage, asked: .all)
        #expect(Set(again.answered.keys) == [.everything])
        #expect(try await fixture.history.answered(application: "APP").values.first?[.hourly]?.keys.sorted() == ["*"])
        #expect(
            try await fixture.history.answered(application: "APP", billing: true).values.first?[.hourly]?.keys.sorted()
                == ["billing_records"])
        #expect(try await fixture.history.freshness().allSatisfy { !$0.statistic.isBilling })
        #expect(try await fixture.history.freshness(billing: true).map(\.statistic) == ["billing_records"])
    }

    @Test("What is set aside of the one stays when the other is answered")
    func setAside() async throws {
        let fixture = try Fixture()
        let hour = TimeRange(midnight + 3600, midnight + 7200)
        let billing = try await store(fixture, "billing_records", api: .usageV2, unreadable: hour)
        #expect(billing.setAside.map(\.statistic) == ["billing_records"])
        let usage = try await store(fixture, "records", api: .usage, asked: .all, unreadable: hour)
        #expect(usage.setAside.map(\.statistic) == ["records"])
        #expect(try await fixture.history.setAside(billing: true) == billing.setAside)
        #expect(try await fixture.history.setAside() == usage.setAside)
        _ = try await store(fixture, "records", api: .usage, asked: .all)
        #expect(try await fixture.history.setAside().isEmpty)
        #expect(try await fixture.history.setAside(billing: true) == billing.setAside)
        #expect(
            try await fixture.history.answered(application: "APP", billing: true).values.first?[.hourly]?[
                "billing_records"]
                == TimeRangeSet(TimeRange(midnight, midnight + 4 * 3600)).subtracting(TimeRangeSet(hour)))
    }

    @Test("Horizons, revision checks and refusals of billing metrics are not those of the other statistics")
    func limits() async throws {
        let fixture = try Fixture()
        let history = fixture.history
        let horizon = VendorHorizon(
            level: .application, granularity: .daily, age: 30 * 86_400, reason: "too old", triedAt: midnight)
        try await history.note(horizon, application: "APP", billing: true)
        #expect(try await history.vendorHorizons(application: "APP").isEmpty)
        #expect(try await history.vendorHorizons(application: "APP", billing: true) == [horizon])
        try await history.forgetVendorHorizon(.application, .daily, application: "APP")
        #expect(try await history.vendorHorizons(application: "APP", billing: true) == [horizon])
        try await history.forgetVendorHorizon(.application, .daily, application: "APP", billing: true)
        #expect(try await history.vendorHorizons(application: "APP", billing: true).isEmpty)
        let scope = Scope(application: "APP")
        try await history.noteRevisionCheck(scope, .hourly, at: midnight, billing: true)
        #expect(try await history.revisionChecks(application: "APP").isEmpty)
        #expect(try await history.revisionChecks(application: "APP", billing: true) == [scope: [.hourly: midnight]])
        try await history.refuse(["billing_x"], application: "APP", level: .application, at: midnight)
        #expect(try await history.refusals(application: "APP", level: .application).isEmpty)
        #expect(
            try await history.refusals(application: "APP", level: .application, billing: true) == [
                "billing_x": midnight
            ])
        #expect(fixture.history.problem == nil)
    }

    @Test("The newest complete hour is that of each metric's own answer, and its words come with it")
    func latest() async throws {
        let fixture = try Fixture()
        try await fixture.history.note(
            BillingRegistry(askedAt: midnight, isServed: true, metrics: metrics), application: "APP")
        _ = try await store(fixture, "billing_records", api: .usageV2, hours: 3)
        _ = try await store(fixture, "records", api: .usage, asked: .all)
        let latest = try await fixture.history.latest()
        let hours = Dictionary(
            latest.series.map { ($0.key.statistic, $0.hourly?.time) }, uniquingKeysWith: { first, _ in first })
        #expect(hours == ["billing_records": midnight + 2 * 3600, "records": midnight + 3 * 3600])
        #expect(latest.series.allSatisfy { $0.key.statistic != "billing_records" || $0.total == nil })
        #expect(latest.billingMetrics["billing_records"] == metrics[0])
        #expect(latest.freshness.map(\.statistic) == [.everything])
    }

    @Test("Remote write sends what is settled of them, and does not wait for what is older than they are served")
    func remoteWrite() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<5, ["records"])
        try await fixture.store(2..<5, ["billing_x"], asked: .names(["billing_x"]), api: .usageV2)
        let outbox = fixture.outbox()
        let sent = try await fixture.drain(outbox)
        #expect(sent.filter { $0.statistic == "records" }.map(\.hour) == [0, 1, 2, 3, 4])
        #expect(sent.filter { $0.statistic == "billing_x" }.isEmpty, "the first hours may still come")
        let age = OutboxFixture.now - (midnight + 2 * 3600)
        try await fixture.history.note(
            VendorHorizon(level: .application, granularity: .hourly, age: age, reason: "", triedAt: midnight),
            application: "APP", billing: true)
        #expect(try await fixture.drain(outbox).map(\.hour) == [2, 3, 4])
    }
}
