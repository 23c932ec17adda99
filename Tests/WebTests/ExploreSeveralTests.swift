import History
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The explorer with several series")
struct ExploreSeveralTests {
    private func file(_ web: WebClient, _ query: String) async throws -> [[String]] {
        let page = try await web.get("/explore?\(query)").page()
        let link = try #require(
            page.all("a").compactMap { $0.attributes["href"] }.first { $0.hasPrefix("/explore.csv") })
        let answer = try await web.get(link.replacing("&amp;", with: "&"))
        #expect(answer.status == 200 && answer.contentType == "text/csv; charset=utf-8", "\(answer.text)")
        #expect(
            answer.header["Content-Disposition"].first?.wholeMatch(
                of: /attachment; filename="explore_[\w.~-]+_\d{4}-\d{2}-\d{2}_\d{4}-\d{2}-\d{2}\.csv"/) != nil)
        return answer.text.split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("Each unit is a chart, and statistics of one unit share it")
    func units() async throws {
        let site = try Site()
        for (statistic, value) in [
            ("total_search_requests", 10), ("billed_search_requests", 7), ("records", 500), ("avg_processing_time", 3),
        ] as [(StatisticName, Int64)] {
            try await site.store(statistic, hours([value, value + 1]))
        }
        try await withServer(site.exporter) { web in
            let query = "statistic=total_search_requests&statistic=records,billed_search_requests&range=24h"
            let answer = try await web.get("/explore?\(query)&statistic=avg_processing_time")
            let page = try answer.page()
            let headings = answer.text.matches(of: /<h2 id="values[^"]*">(.*?)<\/h2>/).map {
                String($0.output.1.replacing(/<[^>]*>/, with: ""))
            }
            let units = Set(
                ["total_search_requests", "billed_search_requests", "records", "avg_processing_time"].map {
                    StatisticCatalogue.describe($0).unit
                })
            #expect(headings.count == units.count && units.count == 3)
            #expect(page.all("figure").count >= 3)
            #expect(
                headings[0].contains("total_search_requests") && headings[0].contains("billed_search_requests"),
                "\(headings)")
            let options = page.all("option").filter { $0.attributes["selected"] != nil }.compactMap {
                $0.attributes["value"]
            }
            for name in ["total_search_requests", "billed_search_requests", "records", "avg_processing_time"] {
                #expect(options.contains(name), "\(name)")
            }
            let rows = try await file(web, query)
            #expect(
                rows[0] == ["time", "complete", "billed_search_requests", "total_search_requests", "records"]
                    || rows[0] == ["time", "complete", "total_search_requests", "billed_search_requests", "records"])
            #expect(rows[1].contains("500") && rows[1].contains("10") && rows[1].contains("7") && rows.count == 3)
            let many = try await web.get("/explore?statistic=a,b,c,d,e,f,g,h,i")
            try many.page(400)
            #expect(many.text.contains("Parameter statistic: 9 statistics are too many for one page."))
            try await web.get("/explore.csv?step=often").expectProblem(400, parameter: "step")
            try await web.get("/explore.csv?colour=red").expectProblem(400, parameter: "colour")
        }
    }

    @Test("Several indices are lines of one chart, and every link keeps all of them")
    func indices() async throws {
        let site = try Site()
        for (index, value) in [("products", 5), ("blog", 2), ("other", 90)] as [(IndexName, Int64)] {
            try await site.store("billed_search_requests", index: index, hours([value]))
        }
        try await withServer(site.exporter) { web in
            let query = "index=products&index=blog&range=24h"
            let answer = try await web.get("/explore?\(query)")
            let page = try answer.page()
            #expect(answer.text.contains("data-value=\"5\"") && !answer.text.contains("data-value=\"90\""))
            let links = page.all("a").compactMap { $0.attributes["href"] }.filter { $0.contains("index=") }
            #expect(links.count >= 10)
            for link in links {
                #expect(link.contains("index=products&amp;index=blog"), "\(link)")
                #expect(try await web.get(link.replacing("&amp;", with: "&")).status == 200, "\(link)")
            }
            #expect(answer.text.contains("index=~&quot;products|blog&quot;"))
            #expect(answer.text.contains("&quot;index&quot;: [&quot;products&quot;, &quot;blog&quot;]"))
            #expect(
                try await file(web, query) == [
                    ["time", "complete", "blog", "products"], ["2026-07-15T00:00:00Z", "true", "2", "5"],
                ])
        }
    }

    @Test("A week is Monday to Sunday and a month the calendar's; sums, means and maxima as the statistic has them")
    func calendar() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { _ in 10 }
        try await site.storeDays("max_qps", 60, key: "c1") { Int64($0) }
        try await site.storeDays("reachability", 60, key: "c1") { Int64($0 % 2) }
        try await withServer(site.exporter) { web in
            // 2026-06-01 and 2026-07-06 are Mondays; the newest stored day is 14 July.
            let june = "start=2026-06-01T00:00:00Z&end=2026-07-15T00:00:00Z&granularity=daily"
            let weeks = try await file(web, "\(june)&step=week")
            #expect(weeks[1] == ["2026-06-01T00:00:00Z", "true", "70"])
            #expect(weeks.last == ["2026-07-13T00:00:00Z", "false", "20"] && weeks.count == 8)
            let months = try await file(web, "\(june)&step=month")
            #expect(
                months.dropFirst() == [
                    ["2026-06-01T00:00:00Z", "true", "300"], ["2026-07-01T00:00:00Z", "false", "140"],
                ])
            let peak = try await file(web, "\(june)&step=month&statistic=max_qps")
            let day = (RFC3339.parse("2026-06-30T00:00:00Z")! - (midnight - 60 * 86_400)) / 86_400
            #expect(peak[1].last == "\(day)")
            let share = try await file(web, "\(june)&step=month&statistic=reachability")
            #expect(share[1].last == "0.5")

            let page = try await web.get("/explore?\(june)&step=month")
            try page.page()
            #expect(page.text.contains("by month") && page.text.contains("Buckets of calendar months: sum of daily"))
            #expect(page.text.contains("start=2026-06-01T00%3A00%3A00Z&amp;end=2026-07-01T00%3A00%3A00Z"))
            let api = try await web.get("/api/v1/range?statistic=billed_search_requests&\(june)&step=month")
            #expect(api.text.contains(#""step":"month""#) && api.text.contains(",300]"))
            let rows = try await web.get("/api/v1/range?statistic=billed_search_requests&\(june)&step=week&format=csv")
            #expect(rows.text.contains("2026-06-01T00:00:00Z,APP,,,billed_search_requests,70\n"))
        }
    }

    @Test(
        "The file has both ranges of a comparison, at the times of the newer; a month stands beside the same a year before"
    )
    func comparison() async throws {
        let site = try Site()
        try await site.store("billed_search_requests", hours([10, 20]))
        try await site.store("billed_search_requests", hours(from: midnight - 7 * 86_400, [1, 2]))
        try await site.storeDays("billed_search_requests", 450) { Int64($0) }
        try await withServer(site.exporter) { web in
            let rows = try await file(web, "range=24h&compare=week")
            #expect(
                rows[0] == [
                    "time", "complete", "billed_search_requests", "\"billed_search_requests", " a week earlier\"",
                ])
            #expect(rows.contains(["2026-07-15T00:00:00Z", "true", "10", "1"]))
            let times = "start=2026-05-01T00:00:00Z&end=2026-07-01T00:00:00Z&granularity=daily"
            let months = try await file(web, "\(times)&step=month&compare=year")
            func sum(_ first: String, _ days: Int64) -> String {
                let start = (RFC3339.parse(first)! - (midnight - 450 * 86_400)) / 86_400
                return "\((0..<days).reduce(0) { $0 + start + $1 })"
            }
            #expect(
                months.dropFirst() == [
                    ["2026-05-01T00:00:00Z", "true", sum("2026-05-01T00:00:00Z", 31), sum("2025-05-01T00:00:00Z", 31)],
                    ["2026-06-01T00:00:00Z", "true", sum("2026-06-01T00:00:00Z", 30), sum("2025-06-01T00:00:00Z", 30)],
                ])
        }
    }
}
