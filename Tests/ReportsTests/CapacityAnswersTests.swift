import Testing
import UsageModel

@testable import Capacity
@testable import Forecast
@testable import Presentation
@testable import Reports

@Suite struct CapacityAnswersTests {
    private func answer(_ id: String, _ report: CapacityReport) throws -> CapacityAnswer {
        try #require(report.answers.first { $0.id == id })
    }

    private func plain(_ text: String) -> String {
        text.replacing(Figure.space, with: " ").replacing(Figure.thinSpace, with: " ")
    }

    @Test func `every question has one answer, limits first`() {
        let ids = ReportFixture.report(days: 200, indices: 3, statistics: 1).answers.map(\.id)
        #expect(
            ids == [
                "search_requests_per_month.month", "search_requests_per_month.year", "records.month", "records.year",
                "max_qps.month", "max_qps.year", "indices.driver", "indices.unsearched", "search_capacity",
                "servers.memory", "latency", "unusual_days", "certainty",
            ])
    }

    @Test func `a limit of peaks that is reached says on how many days, since when, and the highest`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        let place = try #require(report.limits.firstIndex { $0.limit == .maxQPS })
        let known = report.limits[place].series.days.values(in: report.days)
        let highest = try #require(known.map(\.value).max())
        report.limits[place].agreed = highest
        report.limits[place].exhaustion = .reached(day: report.days.upperBound - 3)
        let once = plain(try answer("max_qps.year", report).details)
        let day = try #require(known.first { $0.value == highest }).day
        #expect(
            once.hasPrefix(
                "It was reached on \(known.count { $0.value == highest }) of \(known.count) days, first on \(CalendarText.date(day)). Highest: "
            ), "\(once)")
        report.limits[place].agreed = 0.5
        let first = try #require(known.first).day
        #expect(
            plain(try answer("max_qps.year", report).details)
                .hasPrefix(
                    "It was reached on \(known.count) of \(known.count) days, first on \(CalendarText.date(first))."))
        let records = try #require(report.limits.firstIndex { $0.limit == .records })
        report.limits[records].exhaustion = .reached(day: report.days.upperBound - 3)
        #expect(try answer("records.year", report).details.isEmpty)
    }

    @Test func `every report has an answer of whole sentences to every question`() {
        for (name, report) in ReportFixture.edges {
            let answers = report.answers
            #expect(Set(answers.map(\.id)).count == answers.count)
            for answer in answers {
                #expect(answer.question.hasSuffix("?") && answer.answer.hasSuffix("."), "\(name): \(answer)")
                #expect(answer.details.isEmpty || answer.details.hasSuffix("."), "\(name): \(answer)")
                #expect(!answer.answer.contains("..") && !answer.answer.contains("  "), "\(name): \(answer)")
            }
        }
    }

    @Test func `the month is answered with the projection, its interval and probability, and what is used`() throws {
        let report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        let answer = try answer("records.month", report)
        #expect(answer.question == "Will billed records exceed the contract in November 2026?")
        #expect(answer.severity == .warning)
        #expect(plain(answer.answer).hasPrefix("At risk. Billed records are heading for "))
        #expect(plain(answer.answer).hasSuffix("%) by the end of November; chance of exceeding it: 43%."))
        #expect(plain(answer.details).contains("Billed records in November 2026, day 21 of 30: "))
        #expect(plain(answer.details).contains("80% interval: "))
    }

    @Test(
        arguments: [
            (0.0, "On track.", CapacityAnswer.Severity.good, "under 1%"), (0.05, "On track.", .good, "5%"),
            (0.2, "At risk.", .warning, "20%"), (0.7, "Likely over limit.", .critical, "70%"),
            (0.999, "Very likely over limit.", .critical, "over 99%"),
        ])
    func `a probability has a verdict`(
        exceedance: Double, words: String, severity: CapacityAnswer.Severity, number: String
    ) throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[0].projection?.exceedance = exceedance
        let answer = try answer("search_requests_per_month.month", report)
        #expect(answer.severity == severity)
        #expect(answer.answer.hasPrefix(words))
        #expect(plain(answer.answer).contains(" November is heading for "))
        #expect(plain(answer.answer).hasSuffix("; chance of exceeding it: \(number)."))
    }

    @Test func `what is exceeded has no probability`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[0].agreed = 1e6
        let answer = try answer("search_requests_per_month.month", report)
        #expect(answer.severity == .critical)
        #expect(answer.answer.hasPrefix("Over limit. November is at "))
        #expect(!answer.answer.contains("chance"))
    }

    @Test func `a peak above the limit is told beside it`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[2].agreed = 400
        report.limits[2].used = 959
        report.limits[2].projection?.mean = 959
        let answer = try answer("max_qps.month", report)
        #expect(plain(answer.answer) == "Over limit. The November peak was 959 queries/s, 240% of 400.")
    }

    @Test func `days that were not fetched make the sum a lower bound`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[0].usedCoverage = 18.0 / 21
        let answer = try answer("search_requests_per_month.month", report)
        #expect(plain(answer.details).contains("Used in November 2026, day 21 of 30: at least "))
        #expect(plain(answer.details).contains("; 3 of 21 days have no data."))
        #expect(answer.details.contains("an estimate for the days without data"))
        report.limits[0].usedCoverage = 20.0 / 21
        #expect(
            plain(try self.answer("search_requests_per_month.month", report).details).contains(
                "1 of 21 days has no data"))
    }

    @Test func `a month that is over is told in the past`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[0].month = CalendarMonth.containing(ReportFixture.month.lowerBound - 1)
        report.limits[0].agreed = 1e12
        let answer = try answer("search_requests_per_month.month", report)
        #expect(answer.question == "Did billed search requests exceed the contract in October 2026?")
        #expect(answer.answer.hasPrefix("Within limit. Used in October 2026: "))
        report.limits[0].usedCoverage = 0.5
        #expect(try self.answer("search_requests_per_month.month", report).severity == .warning)
    }

    @Test func `without a forecast the answer says why`() throws {
        let short = ReportFixture.small(days: 40) { Double($0) }
        #expect(
            plain(try answer("search_requests_per_month.month", short).details).contains(
                "There is no forecast: only 40 days have values; a forecast needs 126."))
        #expect(
            plain(try answer("search_requests_per_month.year", short).answer).contains("only 40 days have values"))
        let one = ReportFixture.small(days: 1) { _ in 5 }
        #expect(plain(try answer("certainty", one).answer).contains("only 1 day has values"))
        let ended = ReportFixture.small(days: 200) { $0 < 150 ? 9 : nil }
        #expect(try answer("certainty", ended).answer.contains("no values since 2 Oct 2026"))
        #expect(
            try answer("search_requests_per_month.month", ended).answer.contains(
                "Not enough data: November 2026 has no values yet."))
    }

    @Test func `without data or contract nothing is claimed`() throws {
        let empty = ReportFixture.empty.answers
        #expect(empty.allSatisfy { $0.severity == .unknown })
        #expect(empty[0].answer == "Not enough data: no whole day has been collected yet.")
        #expect(empty[0].question == "Will billed search requests exceed the contract this month?")
        let free = ReportFixture.small(days: 200, agreed: nil) { _ in 5 }
        let answer = try answer("search_requests_per_month.month", free)
        #expect(answer.severity == .unknown)
        #expect(answer.details.contains("No limit is configured"))
        #expect(!free.answers.contains { $0.id == "search_requests_per_month.year" })
    }

    @Test func `each exhaustion has its words`() throws {
        let end = ReportFixture.end
        let cases: [(Exhaustion, String, CapacityAnswer.Severity)] = [
            (
                .reached(day: end - 3),
                "Limit reached. They already do: November 2026 reached the limit on 19 Nov 2026.", .critical
            ),
            (
                .expected(day: end + 9, earliest: end + 2, latest: nil),
                "Limit ahead. The limit is projected to be reached on 1 Dec 2026.", .critical
            ),
            (
                .expected(day: end + 200, earliest: end + 100, latest: end + 300),
                "Limit ahead. The limit is projected to be reached on 10 Jun 2027.", .warning
            ),
            (
                .notExpected(within: 366, earliest: nil),
                "On track. The limit is not projected to be reached in the next 366 days.", .good
            ),
            (
                .notExpected(within: 366, earliest: end + 10),
                "At risk. The limit is not projected to be reached in the next 366 days, but the chance that it is "
                    + "reached is 10% or more from 2 Dec 2026 on.", .warning
            ),
            (.unknown(.empty), "Not enough data: no values were reported.", .unknown),
        ]
        for (exhaustion, words, severity) in cases {
            var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
            report.limits[0].exhaustion = exhaustion
            let answer = try answer("search_requests_per_month.year", report)
            #expect(plain(answer.answer) == words)
            #expect(answer.severity == severity)
        }
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[1].exhaustion = .reached(day: end - 3)
        #expect(
            plain(try answer("records.year", report).answer)
                == "Limit reached. They already do: November 2026 reached the limit on 19 Nov 2026.")
    }

    @Test func `the index that drives the usage is named with its share and its part of the growth`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        var answer = try answer("indices.driver", report)
        #expect(
            plain(answer.answer)
                == "products made 73% of the billed searches of all indices in the last 28 days and 97% of the growth.")
        report.indices.usage[1].searchesGrowth = -5e6 / 28
        answer = try self.answer("indices.driver", report)
        #expect(answer.answer.hasSuffix(" and more than all of the growth, because others fell."))
        report.indices.usage = report.indices.usage.map { usage in
            var usage = usage
            usage.searches = 0
            return usage
        }
        #expect(
            plain(try self.answer("indices.driver", report).answer)
                == "No index had a billed search in the last 28 days.")
    }

    @Test func `a new index drives the usage, one of which too little was fetched before does not`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        for number in 0..<3 { report.indices.usage[number].searchesGrowth = 0 }
        report.indices.usage[0].searchesBefore = nil
        report.indices.usage[0].searchesGrowth = nil
        report.indices.usage[1].searchesBefore = nil
        report.indices.usage[1].searchesGrowth = 20e6 / 28
        report.indices.growing = [report.indices.usage[1]]
        let answer = try answer("indices.driver", report)
        #expect(plain(answer.answer).hasSuffix("; products_fr grew most (100% of the growth)."))
        #expect(plain(answer.details).contains("products_fr grew by 20 M searches."))
        // 28.9 M now, where 8.9 M were before.
        #expect(
            plain(answer.details).contains("All indices together grew by 225%, compared with the previous 28 days."))
    }

    @Test func `what holds no records is not said to be searched`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        #expect(try answer("indices.unsearched", report).answer.hasPrefix("None. Every index with records"))
        for number in 0..<3 { report.indices.usage[number].searches = 0 }
        for number in 0..<3 { report.indices.usage[number].coverage = 0.9 }
        let partial = try answer("indices.unsearched", report)
        #expect(plain(partial.answer).hasSuffix("no index with records was fetched for all of the last 28 days."))
        #expect(partial.severity == .unknown)
        for number in 0..<3 { report.indices.usage[number].records = nil }
        let none = try answer("indices.unsearched", report)
        #expect(none.answer == "Not enough data: no index is known to hold records." && none.severity == .unknown)
    }

    @Test func `indices without searches are held against the contract`() throws {
        var report = ReportFixture.report(days: 200, indices: 25, statistics: 1)
        let answer = try answer("indices.unsearched", report)
        #expect(plain(answer.answer).hasPrefix("Unused records. 5 indices with 1.05 M records (8.7% of the limit)"))
        #expect(answer.details == "Largest: index_20, index_21, index_22 and 2 more.")
        #expect(answer.severity == .warning)
        report.indices.unsearched = []
        report.indices.usage[24].coverage = 0.5
        let unknown = try self.answer("indices.unsearched", report)
        #expect(unknown.answer.hasPrefix("None known. "))
        #expect(plain(unknown.details).contains("Not enough data for 1 index"))
    }

    @Test func `servers at their limit are told with their worst day`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        let busy = try answer("search_capacity", report)
        #expect(busy.severity == .critical)
        #expect(
            plain(busy.answer) == "At limit. On 1 of the last 28 days, servers reached 100% of search capacity.")
        #expect(
            plain(busy.details).contains("on c4-fr-1, 2.4% of its queries (all search threads busy, not enough CPU)."))
        report.searchCapacity.daysAbove80 = 0
        report.searchCapacity.daysSaturated = 0
        report.searchCapacity.degraded = []
        let idle = try answer("search_capacity", report)
        #expect(idle.severity == .good)
        #expect(idle.answer.hasPrefix("Within limit. The highest peak"))
    }

    @Test func `servers are judged by the degraded queries of the last 28 days`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        let end = ReportFixture.end
        report.searchCapacity.daysAbove80 = 0
        report.searchCapacity.daysSaturated = 0
        report.searchCapacity.degraded[0].worst = DayValue(day: end - 100, value: 50)
        let still = try answer("search_capacity", report)
        #expect(still.severity == .warning)
        #expect(still.answer.hasSuffix(" Queries were degraded on 1\(Figure.space)server."))
        #expect(plain(still.details).contains("Worst day of 3: 17 Nov 2026 on c4-fr-1, 2.4% of its queries"))
        report.searchCapacity.degraded[0].recentDays = 0
        report.searchCapacity.degraded[0].recentWorst = nil
        let past = try answer("search_capacity", report)
        #expect(past.severity == .good && !past.answer.contains("degraded"))
        #expect(
            plain(past.details).hasSuffix(
                "No degraded queries were reported in the last 28 days. Worst day with degraded queries: 14 Aug 2026 on "
                    + "c4-fr-1."))
    }

    @Test func `data of which no trend is known are not said to fit for a year`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        for number in 0..<3 { report.servers[number].trends[2].recent = 50 }
        for number in 0..<3 { report.servers[number].trends[2].changePer30Days = number == 0 ? 0.1 : nil }
        let some = try answer("servers.memory", report)
        #expect(some.answer.hasPrefix("Fits. At the rate of the last 90 days") && some.severity == .good)
        #expect(plain(some.details).contains("Not enough data to project 2 servers."))
        report.servers[0].trends[2].changePer30Days = nil
        let none = try answer("servers.memory", report)
        #expect(none.answer == "Fits for now. Too few days have values to project growth." && none.severity == .info)
        report.servers[0].trends[2].recent = 100
        #expect(try answer("servers.memory", report).answer.hasPrefix("Too large. The data of c4-fr-1 does not fit"))
    }

    @Test func `a server that is gone decides nothing`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        for number in 0..<4 { report.servers[0].trends[number].recent = nil }
        report.servers[0].trends[2].highest.value = 500
        report.servers[0].trends[1].changePer30Days = 1e9
        let answer = try answer("servers.memory", report)
        #expect(!answer.answer.contains("c4-fr-1") && !answer.details.contains("c4-fr-1"))
        #expect(CapacityCharts(report).servers(.ssd)?.lines.count == 2)
        for number in 0..<3 { report.servers[number].trends[2].recent = nil }
        let unknown = try self.answer("servers.memory", report)
        #expect(unknown.severity == .unknown)
        #expect(unknown.answer.hasSuffix("the size of the data on disk was not reported in the last 7 days."))
        #expect(CapacityCharts(report).servers(.ssd) == nil)
        #expect(MarkdownReport(report, appendix: false).text.contains("c4-fr-1"))
    }

    @Test func `no unusual day takes enough days to tell`() throws {
        for (days, words) in [
            (41, "Not enough data: this needs 42 days with values."), (42, "Normal. No unusual days were found."),
        ] {
            let report = ReportFixture.small(days: days) { _ in 5 }
            #expect(try answer("unusual_days", report).answer == words)
        }
        var report = ReportFixture.small(days: 60) { _ in nil }
        report.latency.percentile99 = ReportFixture.series(report.days) { _ in 5 }
        #expect(try answer("unusual_days", report).answer.hasPrefix("Normal."))
    }

    @Test func `a sum over all months says that days of it are missing`() throws {
        var usage = try #require(ReportFixture.report(days: 200, indices: 3, statistics: 1).statistics.first)
        usage.statistic = StatisticCatalogue.describe("total_search_requests")
        let days = CalendarMonth.containing(ReportFixture.end - 60)
        usage.months = [PeriodUsage(days: days, value: 5, coverage: 1, isRunning: false)]
        #expect(usage.overallText(until: ReportFixture.end) == "5")
        usage.months.append(PeriodUsage(days: days, value: 4, coverage: 0.9, isRunning: false))
        #expect(usage.overallText(until: ReportFixture.end) == "≥ 9")
        usage.statistic = StatisticCatalogue.describe("total_max_qps")
        #expect(usage.overallText(until: ReportFixture.end) == "5")
    }

    @Test func `data that outgrow memory are foreseen`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.servers[0].trends[2].recent = 96
        report.servers[0].trends[2].changePer30Days = 2
        let soon = try answer("servers.memory", report)
        #expect(
            plain(soon.answer).contains("the data of c4-fr-1 outgrows its memory in about 60 days."))
        #expect(soon.severity == .warning)
        report.servers[0].trends[2].recent = 120
        #expect(try answer("servers.memory", report).severity == .critical)
        report.servers = []
        #expect(try answer("servers.memory", report).severity == .unknown)
    }

    @Test func `slower searches and unusual days are to be watched`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.latency.changePer30Days = 5
        #expect(
            plain(try answer("latency", report).answer) == "Slower. The 99th percentile is rising by 5 ms in 30 days.")
        report.latency.changePer30Days = 0
        #expect(try answer("latency", report).answer == "Stable. The 99th percentile is not changing.")
        let unusual = try answer("unusual_days", report)
        #expect(unusual.severity == .warning)
        #expect(
            plain(unusual.details).hasPrefix(
                "Newest: 14 Nov 2026, billed searches at 12.4 M, 57% above the usual 7.9 M. This report lists 2 "
            ))
        report.unusualDays[0].event = "Black Friday"
        #expect(
            plain(try answer("unusual_days", report).details).hasPrefix(
                "Newest: 14 Nov 2026, billed searches at 12.4 M, 57% above the usual 7.9 M (Black Friday). "))
        report.unusualDays = []
        #expect(try answer("unusual_days", report).answer == "Normal. No unusual days were found.")
    }

    @Test func `how sure it is names the backtest and missing days`() throws {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        let sure = try answer("certainty", report)
        #expect(sure.answer.hasPrefix("Reliable. Forecast errors for billed search requests are "))
        #expect(plain(sure.details).contains("7 of 200 days were not fetched; the newest is 24 Aug 2026."))
        report.quality.coverage = 0.9
        #expect(try answer("certainty", report).severity == .warning)
    }

    @Test func `a name that is written from right to left is isolated`() {
        #expect(Phrase.name("products") == "products")
        #expect(Phrase.name("\u{202E}fdp") == "\u{2068}\u{202E}fdp\u{2069}")
    }
}
