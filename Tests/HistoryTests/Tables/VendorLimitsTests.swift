@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("The vendor's limits")
struct VendorLimitsTests {
    private func horizon(
        _ level: EndpointLevel, _ granularity: Granularity, age: Int64 = 90 * 86_400, at time: UnixTime = midnight
    ) -> VendorHorizon {
        VendorHorizon(level: level, granularity: granularity, age: age, reason: "400 \"too old\"", triedAt: time)
    }

    @Test("How far back the vendor serves is kept for each application, level and granularity, over a restart")
    func horizons() async throws {
        let fixture = try Fixture()
        let all = [
            horizon(.application, .daily), horizon(.application, .hourly, age: 1), horizon(.index, .hourly, age: 2),
        ]
        for one in all.shuffled() { try await fixture.history.note(one, application: "APP") }
        try await fixture.history.note(horizon(.index, .daily), application: "OTHER")
        #expect(try await fixture.history.vendorHorizons(application: "APP") == all)
        let again = horizon(.application, .hourly, age: 5, at: midnight + 60)
        try await fixture.history.note(again, application: "APP")
        try fixture.history.close()
        let reopened = try History(path: fixture.history.path)
        #expect(try await reopened.vendorHorizons(application: "APP") == [all[0], again, all[2]])
        try await reopened.forgetVendorHorizon(.application, .hourly, application: "APP")
        try await reopened.forgetVendorHorizon(.index, .daily, application: "APP")
        #expect(try await reopened.vendorHorizons(application: "APP") == [all[0], all[2]])
        #expect(try await reopened.vendorHorizons(application: "OTHER").count == 1)
    }

    @Test("Readers learn of a new or a lifted limit")
    func generation() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        var before = history.generation
        try await history.note(horizon(.index, .hourly), application: "APP")
        #expect(history.generation > before)
        before = history.generation
        try await history.forgetVendorHorizon(.index, .hourly, application: "APP")
        #expect(history.generation > before)
    }

    @Test(
        "A quota's rest is what was noted last, to the fraction", arguments: [0, 59.999, -3.5, 1e-9, 1e9] as [Double])
    func quota(tokens: Double) async throws {
        let fixture = try Fixture()
        #expect(try await fixture.history.quota(application: "APP") == nil)
        try await fixture.history.noteQuota(application: "APP", tokens: 1, time: 0)
        let time = Double(midnight) + 0.125
        try await fixture.history.noteQuota(application: "APP", tokens: tokens, time: time)
        try await fixture.history.noteQuota(application: "OTHER", tokens: 7, time: 7)
        try fixture.history.close()
        let balance = try await History(path: fixture.history.path).quota(application: "APP")
        #expect(balance?.tokens == tokens)
        #expect(balance?.time == time)
    }

    @Test("Spending from a quota is no news for readers: it happens with every request")
    func quotaIsNoNews() async throws {
        let fixture = try Fixture()
        defer { withExtendedLifetime(fixture) {} }
        let history = fixture.history
        let before = history.generation
        try await history.noteQuota(application: "APP", tokens: 1, time: 0)
        #expect(history.generation == before)
    }
}
