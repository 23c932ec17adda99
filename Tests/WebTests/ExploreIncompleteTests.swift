import Foundation
import History
import Presentation
import TestSupport
import Testing
import UsageModel

@Suite("Incomplete buckets in the explorer")
struct ExploreIncompleteTests {
    @Test(
        "The hour and the day that are not over count nowhere, and are marked",
        arguments: ["total_search_requests", "records", "max_qps"])
    func unfinished(statistic: StatisticName) async throws {
        let site = try Site(now: midnight + 2 * 3600 + 600)
        try await site.store(statistic, key: statistic == "max_qps" ? "c1" : "", hours([5, 9, 70]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?statistic=\(statistic)&range=24h")
            try answer.page()
            #expect(answer.text.contains("Incomplete buckets are not counted."))
            let cells = try tableRows(answer, "Summary")[0]
            #expect(
                cells.contains("9") && cells.contains("7") && !cells.contains { $0.contains("70") || $0.contains("84") }
            )
            let rows = try tableRows(answer, "Values")
            #expect(rows[0][0].hasSuffix("(incomplete)") && rows[0].last == "70")
            #expect(rows[1].last == "9" && !rows[1][0].hasSuffix("(incomplete)"))
            #expect(answer.text.contains("highest 9") && answer.text.contains("newest 9"))
        }
    }

    @Test("A bucket that the range cuts counts nowhere; one that it holds does")
    func cut() async throws {
        let site = try Site(now: midnight + 86_400)
        try await site.store("billed_search_requests", hours([1, 2, 4, 8, 16, 32, 64, 128]))
        try await withServer(site.exporter) { web in
            // Three buckets: 02:00 to 03:00, 03:00 to 06:00, 06:00 to 07:00.
            let times = "start=2026-07-15T02:00:00Z&end=2026-07-15T07:00:00Z"
            let answer = try await web.get("/explore?\(times)&granularity=hourly&step=3h")
            #expect(try tableRows(answer, "Summary")[0].dropFirst().prefix(2) == ["1", "56"])
            #expect(try tableRows(answer, "Values").map { $0[0].hasSuffix("(incomplete)") } == [true, false, true])
            let hourly = try await web.get("/explore?\(times)&granularity=hourly")
            #expect(try tableRows(hourly, "Summary")[0].dropFirst().prefix(2) == ["5", "124"])
        }
    }

    @Test(
        "In its CSV no name of an index is a formula",
        arguments: ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(1)", "\tx"])
    func formulas(name: String) async throws {
        let site = try Site()
        try await site.store("billed_search_requests", index: "\(name)", hours([4]))
        try await site.store("billed_search_requests", index: "plain", hours([2]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore.csv", ["index": "*", "range": "24h"])
            let head = try #require(answer.text.split(separator: "\n").first)
            #expect(head.split(separator: ",").contains { $0 == "'\(name)" } && head.contains(",plain"), "\(head)")
        }
    }

    @Test("A bucket of which data is missing is incomplete, and counts nowhere")
    func missing() async throws {
        let site = try Site(now: midnight + 86_400)
        // Nothing was fetched from 05:00 to 07:00.
        try await site.store("billed_search_requests", hours([1, 2, 4, 8, 16]))
        try await site.store("billed_search_requests", hours(from: midnight + 7 * 3600, [32, 64, 128, 256, 512]))
        try await withServer(site.exporter) { web in
            let question = "start=2026-07-15T00:00:00Z&end=2026-07-15T12:00:00Z&granularity=hourly&step=3h"
            let answer = try await web.get("/explore?\(question)")
            #expect(
                try tableRows(answer, "Values").map { $0[0].hasSuffix("(incomplete)") } == [false, true, true, false])
            #expect(try tableRows(answer, "Summary")[0].dropFirst().prefix(2) == ["2", "903"])
            #expect(answer.text.contains("Incomplete buckets are not counted."))
            let file = try await web.get("/explore.csv?\(question)").text.split(separator: "\n").dropFirst()
            #expect(file.map { String($0.drop { $0 != "," }) } == [",true,7", ",false,24", ",false,96", ",true,896"])
        }
    }

    @Test("Days are shown where they were fetched and hours were not, unless hours are asked for")
    func finest() async throws {
        let site = try Site()
        let end = Granularity.daily.floor(site.clock.now)
        try await site.store(
            "billed_search_requests", granularity: .daily,
            (1...60).map { Point(time: end - $0 * 86_400, value: .integer(1000)) }.reversed())
        try await site.store(
            "billed_search_requests", hours(from: end - 7 * 86_400, Array(repeating: 10, count: 7 * 24)))
        try await withServer(site.exporter) { web in
            func sum(_ query: String) async throws -> [String] {
                Array(try tableRows(try await web.get("/explore?\(query)"), "Summary")[0].dropFirst().prefix(2))
            }
            let (old, new) = (RFC3339.string(end - 28 * 86_400), RFC3339.string(end - 7 * 86_400))
            let weeks = try await sum("start=\(old)&end=\(new)&step=week")
            #expect(weeks == ["2", "14,000"])
            let ofHours = try await web.get("/explore?start=\(old)&end=\(new)&granularity=hourly&step=week")
            #expect(ofHours.status == 200 && !ofHours.text.contains("14,000"))
            let newest = try await sum("start=\(new)&end=\(RFC3339.string(end))")
            #expect(newest == ["168", "1,680"])
        }
    }

    @Test("While nothing comes, hours stay hours: the day that runs is not there because it has begun")
    func outage() async throws {
        let site = try Site(now: midnight + 9 * 3600)
        try await site.store(
            "billed_search_requests", hours(from: midnight - 10 * 86_400, Array(repeating: 3, count: 249)))
        try await site.storeDays("billed_search_requests", 60) { _ in 72 }
        try await site.store(
            "billed_search_requests", granularity: .daily, [Point(time: midnight, value: .integer(27))])
        site.clock.advance(by: 3.5 * 3600)
        try await withServer(site.exporter) { web in
            for range in ["7d", "24h", "30d"] {
                let page = try await web.get("/explore?range=\(range)")
                #expect(page.has("by \(range == "30d" ? "day" : "hour")"), "\(range)")
            }
        }
    }

    @Test("What is missing of another statistic makes no bucket incomplete")
    func another() async throws {
        let site = try Site(now: midnight + 86_400)
        try await site.history.register(application: "APP", now: 0)
        for (statistic, count) in [("billed_search_requests", 24), ("records", 5)] as [(StatisticName, Int)] {
            _ = try await site.history.store(
                [SeriesPoints(statistic: statistic, points: hours(Array(repeating: Int64(5), count: count)))],
                answering: AnsweredWindow(
                    scope: Scope(application: "APP"), granularity: .hourly,
                    range: TimeRange(midnight, midnight + Int64(count) * 3600), statistics: .names([statistic]),
                    fetchedAt: site.clock.now, settleDelay: 7200))
        }
        try await withServer(site.exporter) { web in
            let times = "start=2026-07-15T00:00:00Z&end=2026-07-15T12:00:00Z&granularity=hourly&step=6h"
            let searches = try await web.get("/explore?statistic=billed_search_requests&\(times)")
            #expect(try tableRows(searches, "Values").map { $0[0].hasSuffix("(incomplete)") } == [false, false])
            let records = try await web.get("/explore?statistic=records&\(times)")
            #expect(try tableRows(records, "Values").map { $0[0].hasSuffix("(incomplete)") } == [true])
        }
    }

    @Test("What is running is not compared with a whole bucket before")
    func running() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 20) { _ in 700 }
        let today = Granularity.daily.floor(site.clock.now)
        try await site.store("billed_search_requests", granularity: .daily, [Point(time: today, value: .integer(70))])
        try await withServer(site.exporter) { web in
            let start = RFC3339.string(today - 3 * 86_400)
            let answer = try await web.get("/explore?start=\(start)&granularity=daily&step=day&compare=week")
            #expect(
                try tableRows(answer, "Values").map { $0.suffix(2) }
                    == [["70", "—"], ["700", "700"], ["700", "700"], ["700", "700"]])
        }
    }

    @Test("A chart begins with the first bucket that begins in the range, and hatches nothing before it")
    func beginning() async throws {
        let site = try Site()
        let first = Granularity.hourly.floor(site.clock.now) - 7 * 86_400
        try await site.store("billed_search_requests", hours(from: first - 3600, Array(repeating: 5, count: 7 * 24)))
        try await withServer(site.exporter) { web in
            let text = try await web.get("/explore").text
            #expect(!text.contains("\(CalendarText.bucket(TimeRange(first, first + 3600))): no data"))
            #expect(text.contains(CalendarText.bucket(TimeRange(first + 3600, first + 7200))))
        }
    }
}
