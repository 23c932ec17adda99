import Forecast
import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite("An annual commitment") struct AnnualCommitmentTests {
    private static let start = CapacityFixture.day("2026-02-01")

    private func contract(requests: Double? = nil, records: Double? = nil) -> Contract {
        var contract = Contract()
        contract.searchRequestsPerYear = requests
        contract.recordsPerYear = records
        contract.start = Self.start
        return contract
    }

    /// A limit by the days of its statistic from `first` up to the day before `end`.
    private func limit(
        _ limit: ContractLimit, _ contract: Contract, from first: String = "2025-08-01", to end: String,
        _ value: (Int64) -> Double?
    ) -> LimitReport {
        let days = CapacityFixture.day(first)..<CapacityFixture.day(end)
        return LimitReport(
            limit,
            CapacityInput(
                application: "APP", contract: contract, days: days,
                series: [
                    CapacityInput.Series(
                        key: SeriesKey(application: "APP", statistic: limit.statistic),
                        days: DailySeries(firstDay: days.lowerBound, values: days.map(value)))
                ], covered: ["": RangeSet(days)], indices: []))
    }

    @Test func `of requests counts the days of the running term, and is projected to its end`() throws {
        // 181 days of 365 are over on 1 August.
        let limit = limit(.searchRequestsPerYear, contract(requests: 699), to: "2026-08-01") { _ in 2 }
        let term = try #require(limit.term)
        #expect(term.days == Self.start..<CapacityFixture.day("2027-02-01"))
        #expect(limit.period == term.days)
        #expect(limit.month == CapacityFixture.day("2026-07-01")..<CapacityFixture.day("2026-08-01"))
        #expect(limit.used == 362)
        #expect(limit.usedCoverage == 1)
        #expect(term.elapsed == 181.0 / 365)
        #expect(abs(try #require(term.pace) - 730.0 / 699) < 1e-9)
        #expect(abs(try #require(limit.projection?.mean) - 730) < 1e-6)
        #expect(limit.projection?.exceedance == 1)
        // 699 requests are less than 350 days.
        let usedUp = Self.start + 349
        #expect(limit.exhaustion == .expected(day: usedUp, earliest: usedUp, latest: usedUp))
        #expect(limit.comingMonths.isEmpty)
    }

    @Test func `shows the billing periods that took more than a twelfth`() throws {
        // A twelfth is 60: months of 31 days take 62, and February 56.
        let limit = limit(.searchRequestsPerYear, contract(requests: 720), to: "2026-06-11") { _ in 2 }
        let term = try #require(limit.term)
        #expect(term.twelfth == 60)
        #expect(term.months.map(\.value) == [56, 62, 60, 62, 20])
        #expect(term.months.map(\.isRunning) == [false, false, false, false, true])
        #expect(term.monthsOver.map(\.days.lowerBound) == ["2026-03-01", "2026-05-01"].map(CapacityFixture.day))
    }

    @Test func `begins anew with the next term`() throws {
        let before = limit(.searchRequestsPerYear, contract(requests: 699), to: "2027-02-01") { _ in 2 }
        #expect(before.used == 730)
        #expect(before.exhaustion == .reached(day: Self.start + 349))
        // The term's last day is known: nothing is left to project.
        #expect(before.projection?.bounds.lower95 == before.projection?.bounds.upper95)
        let after = limit(.searchRequestsPerYear, contract(requests: 700), to: "2027-02-03") { _ in 2 }
        #expect(after.used == 4)
        #expect(after.term?.days.lowerBound == CapacityFixture.day("2027-02-01"))
        #expect(after.term?.elapsed == 2.0 / 365)
    }

    @Test func `of records adds up what each billing period is charged, the running one from its fourth day on`()
        throws
    {
        // A spike on three days of each month costs nothing; 1 August has one day so far.
        let records: (Int64) -> Double? = { day in
            [6, 13, 20].contains(day - CalendarMonth.containing(day).lowerBound) ? 30 : 10
        }
        let limit = limit(.recordsPerYear, contract(records: 115), to: "2026-08-02", records)
        let term = try #require(limit.term)
        #expect(term.months.map(\.value) == [10, 10, 10, 10, 10, 10, nil])
        #expect(limit.used == 60)
        #expect(limit.utilization == 60.0 / 115)
        #expect(abs(try #require(term.pace) - 12 * 10 / 115.0) < 1e-9)
        let later = self.limit(.recordsPerYear, contract(records: 115), to: "2026-08-05", records)
        #expect(later.used == 70)
        let projection = try #require(later.projection)
        #expect((115...145).contains(projection.mean))
        #expect(projection.bounds.lower80 <= projection.mean && projection.mean <= projection.bounds.upper80)
    }

    @Test func `of records is used up on the fourth day of the period that takes it over`() throws {
        let flat = limit(.recordsPerYear, contract(records: 115), to: "2026-08-05") { _ in 10 }
        #expect(abs(try #require(flat.projection?.mean) - 120) < 1e-6)
        // The twelfth period is January 2027.
        let day = CapacityFixture.day("2027-01-04")
        #expect(flat.exhaustion == .expected(day: day, earliest: day, latest: day))
        let over = limit(.recordsPerYear, contract(records: 65), to: "2026-08-05") { _ in 10 }
        #expect(over.exhaustion == .reached(day: CapacityFixture.day("2026-08-04")))
        #expect(over.projection?.exceedance == 1)
        let enough = limit(.recordsPerYear, contract(records: 121), to: "2026-08-05") { _ in 10 }
        #expect(enough.exhaustion == .notExpected(within: Forecast.longest, earliest: nil))
        #expect(enough.projection?.exceedance == 0)
    }

    @Test(arguments: ["2026-02-04", "2026-05-05", "2026-08-01", "2026-12-31", "2027-01-31", "2027-02-01"])
    func `never falls along its path within a term, and ends where the projection is`(end: String) throws {
        for one in [ContractLimit.searchRequestsPerYear, .recordsPerYear] {
            let limit = limit(one, contract(requests: 1e6, records: 1e6), from: "2025-02-01", to: end) {
                1000 + 2 * Double($0 - Self.start) + 30 * noise(Int($0), seed: 5)
            }
            let days = try #require(limit.term).days
            let path = limit.path.filter { days.contains($0.day) }
            for (before, after) in zip(path, path.dropFirst()) where one == .recordsPerYear {
                #expect(before.mean <= after.mean && before.bounds.lower95 <= after.bounds.lower95)
            }
            for point in path {
                #expect(point.bounds.lower95 <= point.bounds.lower80 && point.bounds.lower80 <= point.mean)
                #expect(point.mean <= point.bounds.upper80 && point.bounds.upper80 <= point.bounds.upper95)
            }
            if let last = path.last {
                #expect(last.day == days.upperBound - 1)
                #expect(limit.projection?.mean == max(last.mean, limit.used ?? 0))
            }
            #expect(try #require(limit.projection).mean >= (limit.used ?? 0) - 1e-6)
        }
    }

    @Test func `estimates days before the history, as long as they are not most of the term`() throws {
        // 181 days are over; 141 of them are known.
        let known = limit(.searchRequestsPerYear, contract(requests: 700), from: "2026-03-13", to: "2026-08-01") { _ in
            2
        }
        #expect(known.used == 282)
        #expect(known.usedCoverage == 141.0 / 181)
        #expect(abs(try #require(known.projection?.mean) - 730) < 1e-6)
        #expect(abs(try #require(known.term?.pace) - 730.0 / 700) < 1e-9)
        #expect(known.term?.months.first?.value == nil && known.term?.months.first?.coverage == 0)
        let records = limit(.recordsPerYear, contract(records: 115), from: "2026-03-13", to: "2026-08-05") { _ in 10 }
        // March has days enough for its figure, February has none.
        #expect(records.used == 60)
        #expect(abs(try #require(records.projection?.mean) - 120) < 1e-6)
        let little = limit(.searchRequestsPerYear, contract(requests: 900), from: "2026-08-01", to: "2027-01-01") { _ in
            2
        }
        #expect(little.used == 306)
        #expect(little.projection == nil)
        #expect(little.exhaustion == .unknownTerm(known: 153, over: 334))
        #expect(little.path.isEmpty)
        // What is known may be more than the whole commitment all the same.
        let over = limit(.searchRequestsPerYear, contract(requests: 300), from: "2026-08-01", to: "2027-01-01") { _ in 2
        }
        #expect(over.exhaustion == .reached(day: CapacityFixture.day("2026-12-28")))
    }

    @Test func `that has not begun has used nothing that is known`() throws {
        let limit = limit(.searchRequestsPerYear, contract(requests: 299), from: "2025-01-01", to: "2026-01-11") { _ in
            2
        }
        let term = try #require(limit.term)
        #expect(term.isAhead && term.months.isEmpty && term.pace == nil)
        #expect(limit.used == nil && limit.usedCoverage == 0 && limit.projection == nil)
        // 299 requests last for 150 days from its beginning on, not from today.
        #expect(
            limit.exhaustion == .expected(day: Self.start + 149, earliest: Self.start + 149, latest: Self.start + 149))
    }

    @Test func `has no effect without the first day of its term`() {
        var contract = contract(requests: 5, records: 6)
        #expect(ContractLimit.allCases.filter(\.isAnnual).map { contract[$0] } == [5, 6])
        contract.start = nil
        #expect(ContractLimit.allCases.allSatisfy { contract[$0] == nil })
        let input = CapacityInput(
            application: "APP", contract: contract, days: 0..<0, series: [], covered: [:], indices: [])
        #expect(LimitReport.all(input).map(\.limit) == ContractLimit.usual)
    }

    @Test func `and a limit of a month share one forecast of their series`() throws {
        var contract = contract(requests: 5, records: 6)
        contract.searchRequestsPerMonth = 7
        var fixture = CapacityFixture(days: 200)
        fixture.contract = contract
        fixture.add("billed_search_requests") { _ in 3 }
        let report = CapacityReport(fixture.input)
        #expect(report.limits.map(\.limit) == ContractLimit.usual + [.searchRequestsPerYear, .recordsPerYear])
        #expect(report.forecasts.map(\.key.statistic) == ["billed_search_requests", "records", "total_max_qps"])
    }
}
