import Forecast
import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite("The cost of what exceeds a limit") struct ExcessCostTests {
    private func contract(requests: Double = 60_000, price: Double? = 0.5) -> Contract {
        var contract = Contract(searchRequestsPerMonth: requests, records: 1000)
        contract.currency = "USD"
        contract.pricePer1000SearchRequests = price
        return contract
    }

    private func limit(_ contract: Contract, noise amount: Double = 0.1) throws -> LimitReport {
        var fixture = CapacityFixture(from: "2025-01-01", days: 405)
        fixture.contract = contract
        fixture.add("billed_search_requests") { 2000 * (1 + amount * noise($0)) }
        let report = CapacityReport(fixture.input)
        return try #require(report.limits.first { $0.limit == .searchRequestsPerMonth })
    }

    @Test func `is that of each thousand beyond it, with the bounds of the projection`() throws {
        let limit = try limit(contract(requests: 50_000))
        let projection = try #require(limit.projection)
        let cost = try #require(limit.excessCost)
        #expect(cost.currency == "USD")
        #expect(cost.mean == (projection.mean - 50_000) / 1000 * 0.5)
        #expect(cost.bounds.lower80 == (projection.bounds.lower80 - 50_000) / 1000 * 0.5)
        #expect(cost.bounds.upper95 == (projection.bounds.upper95 - 50_000) / 1000 * 0.5)
        #expect(cost.bounds.lower80 < cost.mean && cost.mean < cost.bounds.upper80)
    }

    @Test func `is zero within it, though its interval may not be`() throws {
        let projected = try #require(try limit(contract()).projection)
        let near = try #require(try limit(contract(requests: projected.mean + 1)).excessCost)
        #expect(near.mean == 0 && near.bounds.lower95 == 0 && near.bounds.upper80 > 0)
        let far = try #require(try limit(contract(requests: 1e6)).excessCost)
        #expect(far.mean == 0 && far.bounds.upper95 == 0)
    }

    @Test func `is not known without a price, a limit or a projection`() throws {
        #expect(try limit(contract(price: nil)).excessCost == nil)
        var other = try limit(contract())
        other.agreed = nil
        #expect(other.excessCost == nil)
        other = try limit(contract())
        other.projection = nil
        #expect(other.excessCost == nil)
        var currency = contract()
        currency.currency = nil
        #expect(try limit(currency).excessCost == nil)
    }

    @Test func `belongs to the year where a year was bought, and to requests and records alone`() {
        var contract = contract()
        contract.pricePer1000Records = 0.4
        #expect(contract.price(beyond: .searchRequestsPerMonth) == ExcessPrice(currency: "USD", per1000: 0.5))
        #expect(contract.price(beyond: .records) == ExcessPrice(currency: "USD", per1000: 0.4))
        #expect(contract.price(beyond: .maxQPS) == nil && contract.price(beyond: .recommendRequestsPerMonth) == nil)
        contract.searchRequestsPerYear = 1
        contract.recordsPerYear = 1
        contract.start = 20_000
        #expect(contract.price(beyond: .searchRequestsPerMonth) == nil && contract.price(beyond: .records) == nil)
        #expect(contract.price(beyond: .searchRequestsPerYear)?.per1000 == 0.5)
        #expect(contract.price(beyond: .recordsPerYear)?.per1000 == 0.4)
    }
}
