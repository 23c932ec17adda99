@testable import Capacity
import Forecast
import TestSupport
import Testing
import UsageModel

/// 2026-06-01 as a day from 1970-01-01 on.
private let june: Int64 = 20_605

/// Days of one statistic up to the day before `end`.
private func input(
    _ statistic: StatisticName, _ contract: Contract, end: Int64 = june + 20, days: Int = 400,
    covered: RangeSet<Int64>? = nil, _ value: (Int64) -> Double?
) -> CapacityInput {
    let range = end - Int64(days)..<end
    return CapacityInput(
        application: "APP", contract: contract, days: range,
        series: [
            CapacityInput.Series(
                key: SeriesKey(application: "APP", statistic: statistic),
                days: DailySeries(firstDay: range.lowerBound, values: range.map(value)))
        ],
        covered: ["": covered ?? RangeSet(range)], indices: [])
}

/// A week that sums to 7, the same every week.
private func weekday(_ day: Int64) -> Double { [1.1, 1.1, 1.1, 1.1, 1.2, 0.8, 0.6][Int(day % 7)] }

/// Noise that is the same in every run.
private func noise(_ day: Int64) -> Double { TestSupport.noise(Int(day), seed: 0) }

@Suite struct LimitReportTests {
    private let searches: StatisticName = "billed_search_requests"

    @Test func `the last year is known by billing period, the running one included`() throws {
        let sums = LimitReport(
            .searchRequestsPerMonth, input(searches, Contract(searchRequestsPerMonth: 60)) { _ in 2 })
        #expect(sums.periods.count == 13)
        #expect(sums.periods.last?.days == sums.month && sums.periods.last?.isRunning == true)
        #expect(sums.periods.last?.value == sums.used && sums.periods.first?.value == 60)
        #expect(sums.periods.dropLast().allSatisfy { $0.coverage == 1 && !$0.isRunning })
        let peaks = LimitReport(.maxQPS, input("total_max_qps", Contract(maxQPS: 60)) { day in Double(day - june) })
        #expect(peaks.periods.map(\.value).last == 19 && peaks.periods.map(\.value)[11] == -1)
        let records = LimitReport(
            .records, input("records", Contract(records: 60), days: 40) { day in Double(day - june) })
        #expect(records.periods.map(\.value) == [-4, 16], "the fourth-highest day; the report begins within May")
        #expect(records.periods[0].coverage < 1)
    }

    @Test func `the month so far is the sum of its days, and its projection adds those that are left`() throws {
        let limit = LimitReport(
            .searchRequestsPerMonth, input(searches, Contract(searchRequestsPerMonth: 60)) { _ in 2 })
        #expect(limit.month == june..<june + 30)
        #expect(limit.used == 40)
        #expect(limit.usedCoverage == 1)
        #expect(limit.utilization == 40.0 / 60)
        let projection = try #require(limit.projection)
        #expect(abs(projection.mean - 60) < 1e-6)
        #expect(abs(projection.bounds.lower95 - 60) < 1e-6 && abs(projection.bounds.upper95 - 60) < 1e-6)
    }

    @Test func `an event later in the month is in its projection, one without a past is not`() throws {
        func projection(_ name: String) throws -> Double {
            var input = input(searches, Contract()) { [june - 40, june - 10].contains($0) ? 12 : 2 }
            for day in [june - 40, june - 10] { input.events.add("sale", day...day) }
            input.events.add(name, june + 25...june + 25)
            return try #require(LimitReport(.searchRequestsPerMonth, input).projection).mean
        }
        #expect(abs(try projection("sale") - 70) < 0.01)
        #expect(abs(try projection("relaunch") - 60) < 0.01)
    }

    @Test func `a projection's intervals hold what came, and the noisier the days the wider they are`() throws {
        func projection(_ amount: Double) throws -> Projection {
            let limit = LimitReport(
                .searchRequestsPerMonth,
                input(searches, Contract(searchRequestsPerMonth: 30_000), end: june + 10) {
                    weekday($0) * 1000 * (1 + amount * noise($0))
                })
            return try #require(limit.projection)
        }
        let calm = try projection(0.02)
        let wild = try projection(0.3)
        #expect(calm.bounds.upper80 - calm.bounds.lower80 < wild.bounds.upper80 - wild.bounds.lower80)
        let came = (june..<june + 30).reduce(0) { $0 + weekday($1) * 1000 * (1 + 0.02 * noise($1)) }
        #expect((calm.bounds.lower95...calm.bounds.upper95).contains(came))
        for one in [calm, wild] {
            #expect(one.bounds.lower95 <= one.bounds.lower80 && one.bounds.lower80 <= one.mean)
            #expect(one.mean <= one.bounds.upper80 && one.bounds.upper80 <= one.bounds.upper95)
        }
    }

    @Test func `the probability of exceeding falls from 1 to 0 as the limit rises`() throws {
        let probabilities = try stride(from: 26_000.0, through: 34_000, by: 500).map { agreed in
            let limit = LimitReport(
                .searchRequestsPerMonth,
                input(searches, Contract(searchRequestsPerMonth: agreed), end: june + 10) {
                    weekday($0) * 1000 * (1 + 0.1 * noise($0))
                })
            return try #require(limit.projection?.exceedance)
        }
        #expect(probabilities == probabilities.sorted(by: >))
        #expect(try #require(probabilities.first) > 0.99)
        #expect(try #require(probabilities.last) < 0.01)
    }

    @Test func `a month that exceeds its limit is found by its day, also when it is far ahead`() {
        // Two a day make 60 in June and 62 in July, on the 31st of which 61 are exceeded.
        let july = LimitReport(
            .searchRequestsPerMonth, input(searches, Contract(searchRequestsPerMonth: 61)) { _ in 2 })
        #expect(july.exhaustion == .expected(day: june + 60, earliest: june + 60, latest: june + 60))
        // February never comes to 57, but every other month does.
        let never = LimitReport(
            .searchRequestsPerMonth, input(searches, Contract(searchRequestsPerMonth: 63)) { _ in 2 })
        #expect(never.exhaustion == .notExpected(within: Forecast.longest, earliest: nil))
    }

    @Test func `a limit that is reached tells since when`() {
        let searched = LimitReport(
            .searchRequestsPerMonth, input(searches, Contract(searchRequestsPerMonth: 20)) { _ in 2 })
        #expect(searched.exhaustion == .reached(day: june + 9))
        #expect(searched.utilization == 2)
        let records = LimitReport(
            .records, input("records", Contract(records: 100)) { $0 < june + 5 ? 90 : 110 })
        // The three highest days are disregarded.
        #expect(records.exhaustion == .reached(day: june + 8))
        #expect(records.used == 110)
        let peaks = LimitReport(
            .maxQPS, input("total_max_qps", Contract(maxQPS: 50)) { $0 == june + 3 || $0 == june - 3 ? 70 : 20 })
        #expect(peaks.used == 70)
        #expect(peaks.projection?.exceedance == 1)
        #expect(peaks.exhaustion == .reached(day: june + 3))
    }

    @Test func `records that grow by the same number every day reach their limit when they would`() throws {
        // From 5190 on the newest day it takes 181 days to 7000.
        let limit = LimitReport(
            .records, input("records", Contract(records: 7000)) { 5000 + 10 * Double($0 - june) + 3 * noise($0) })
        guard case .expected(let day, let earliest, let latest) = limit.exhaustion else {
            Issue.record("\(limit.exhaustion)")
            return
        }
        #expect((june + 195...june + 225).contains(day))
        #expect(earliest <= day)
        #expect(latest.map { day <= $0 } ?? true)
        #expect(try limit.series.forecast.get().method == .linearTrend)
    }

    @Test func `the highest of several days is projected above their means, not at them`() throws {
        let limit = LimitReport(
            .maxQPS, input("total_max_qps", Contract(maxQPS: 400), end: june + 1) { 200 + 60 * noise($0) })
        let projection = try #require(limit.projection)
        // Of 29 days between 140 and 260 the highest is near 255, not near their mean.
        #expect((235...262).contains(projection.mean))
        #expect(projection.mean >= (limit.used ?? 0))
    }

    @Test func `days that were not fetched make the month's share smaller, and the projection fills them`() throws {
        let hole = june + 3..<june + 8
        let end = june + 20
        var covered = RangeSet(end - 400..<end)
        covered.remove(contentsOf: hole)
        let limit = LimitReport(
            .searchRequestsPerMonth,
            input(searches, Contract(searchRequestsPerMonth: 60), covered: covered) { hole.contains($0) ? nil : 2 })
        #expect(limit.used == 30)
        #expect(limit.usedCoverage == 0.75)
        #expect(abs(try #require(limit.projection?.mean) - 60) < 1e-6)
    }

    @Test func `a day that was fetched and has no value makes a month partial, too`() {
        let hole = june + 3..<june + 8
        let data = input(searches, Contract(searchRequestsPerMonth: 60)) { hole.contains($0) ? nil : 2 }
        #expect(LimitReport(.searchRequestsPerMonth, data).usedCoverage == 0.75)
        let month = CapacityReport(data).months.last
        #expect(month?.value == 30)
        #expect(month?.coverage == 0.5)
    }

    @Test func `the highest second from now on never falls, and only days to come can still exceed a limit`() throws {
        let limit = LimitReport(
            .maxQPS,
            input("total_max_qps", Contract(maxQPS: 960)) { $0 == june + 3 ? 959 : 300 + 60 * noise($0) })
        #expect(limit.projection?.mean == 959)
        #expect(try #require(limit.projection?.exceedance) < 0.1)
        #expect(zip(limit.path, limit.path.dropFirst()).allSatisfy { $0.mean <= $1.mean })
        #expect(zip(limit.path, limit.path.dropFirst()).allSatisfy { $0.bounds.lower80 <= $1.bounds.lower80 })
    }

    @Test func `what is far ahead is less sure than what is near`() throws {
        let growing = LimitReport(
            .records, input("records", Contract()) { 5000 + 10 * Double($0 - june) + 3 * noise($0) })
        let calm = LimitReport(.records, input("records", Contract()) { 5000 + 100 * noise($0) })
        for limit in [growing, calm] {
            func width(_ day: Int) -> Double {
                (limit.path[day].bounds.upper80 - limit.path[day].bounds.lower80) / limit.path[day].mean
            }
            #expect(width(180) > 1.8 * width(27))
            #expect(width(365) > 1.2 * width(180))
        }
    }

    @Test func `on a month's last day the projection is what was`() throws {
        let limit = LimitReport(
            .searchRequestsPerMonth,
            input(searches, Contract(searchRequestsPerMonth: 61), end: june + 30) { 2 + noise($0) })
        let projection = try #require(limit.projection)
        #expect(projection.mean == limit.used)
        #expect(projection.bounds.lower95 == projection.bounds.upper95)
        #expect(projection.exceedance == (projection.mean > 61 ? 1 : 0))
    }

    @Test func `without a contract, without data and with too little of it, it says so`() {
        let free = LimitReport(.records, input("records", Contract()) { _ in 5 })
        #expect(free.exhaustion == .unlimited)
        #expect(free.utilization == nil)
        #expect(free.projection?.exceedance == nil)
        let none = LimitReport(.records, input("other", Contract(records: 5)) { _ in 5 })
        #expect(none.used == nil)
        #expect(none.exhaustion == .unknown(.empty))
        let short = LimitReport(.records, input("records", Contract(records: 9), days: 40) { _ in 5 })
        #expect(short.used == 5)
        #expect(short.exhaustion == .unknown(.tooShort(days: 40, needed: 126)))
        let ended = LimitReport(.records, input("records", Contract(records: 9)) { $0 < june - 30 ? 5 : nil })
        #expect(ended.exhaustion == .unknown(.ended(day: june - 30)))
        let nothing = LimitReport(
            .records,
            CapacityInput(
                application: "APP", contract: Contract(records: 1), days: 0..<0, series: [], covered: [:],
                indices: []))
        #expect(nothing.exhaustion == .unknown(.empty))
    }

    @Test func `zero stays zero, with a chance of nothing`() {
        for limit in ContractLimit.allCases {
            var contract = Contract(searchRequestsPerMonth: 1, records: 1, maxQPS: 1)
            contract.recommendRequestsPerMonth = 1
            contract.searchRequestsPerYear = 1
            contract.recordsPerYear = 1
            contract.start = june
            let report = LimitReport(limit, input(limit.statistic, contract) { _ in 0 })
            #expect(report.used == 0)
            #expect(report.projection?.mean == 0)
            #expect(report.projection?.exceedance == 0)
            #expect(report.exhaustion == .notExpected(within: Forecast.longest, earliest: nil))
        }
    }
}
