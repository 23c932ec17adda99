import Presentation
import Foundation
import History
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The explorer")
struct ExplorePageTests {
    @Test("Before anything is stored it is a form, and says so")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get("/explore")
            let page = try answer.page(current: "/explore")
            #expect(answer.text.contains("No data is stored yet"))
            #expect(page.all("form").count == 1 && page.all("form")[0].attributes["method"] == "get")
        }
    }

    @Test("Without parameters it draws the searches of the last week")
    func first() async throws {
        let site = try Site()
        try await site.store("billed_search_requests", hours([10, 20, 30]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore")
            let page = try answer.page()
            #expect(page.all("figure").count == 1)
            let rows = try tableRows(answer, "Values")
            #expect(rows.map(\.last) == ["30", "20", "10"])
            #expect(
                answer.text.contains(
                    "<title>Billed searches: Application as a whole, by hour · Explore · algolia-exporter"))
            #expect(answer.text.contains("Billed searches <code>billed_search_requests</code>"))
        }
    }

    @Test(
        "Its values are those of the API that it links to",
        arguments: [
            "statistic=records&range=24h", "statistic=records&index=*&range=30d&step=6h",
            "statistic=records&index=products&granularity=hourly&step=2h&aggregate=max",
            "statistic=records&start=2026-07-15T02:00:00Z&end=2026-07-15T06:00:00Z",
            "statistic=total_search_requests&application=APP&range=all&aggregate=avg&step=3h",
            "statistic=avg_processing_time&range=7d",
        ])
    func values(query: String) async throws {
        let site = try Site()
        try await site.store(hours((0..<10).map { 1_000_000 + Int64($0) * 7 }))
        try await site.store(index: "products", hours((0..<9).map { Int64($0) * 3 }))
        try await site.store(index: "blog", hours(from: midnight + 3600, [5, 6]))
        try await site.store("total_search_requests", hours((0..<10).map { Int64($0 * $0) }))
        try await site.store("avg_processing_time", hours([.real(1.25), .integer(3), .real(0.0625)]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?\(query)")
            let page = try answer.page()
            let link = try #require(
                page.all("a").compactMap { $0.attributes["href"] }.first { $0.hasPrefix("/api/v1/range") })
            let series = try await web.get(link.replacing("&amp;", with: "&")).json().series()
            var cells: [Int64: [String]] = [:]
            for (position, one) in series.enumerated() {
                for point in try #require(one["points"]?.array) {
                    let point = try point.point()
                    cells[point.time, default: Array(repeating: "—", count: series.count)][position] =
                        Self.shown(point.value)
                }
            }
            let expected = cells.sorted { $0.key > $1.key }.map {
                [String(RFC3339.string($0.key).prefix(10))] + $0.value
            }
            let shown = try tableRows(answer, "Values").map { row in
                [String(row[0].prefix(10))] + row.dropFirst().map { $0.replacing(",", with: "") }
            }
            #expect(!shown.isEmpty && shown == expected)
            for link in page.all("a").compactMap({ $0.attributes["href"] }) where link.hasPrefix("/api/") {
                #expect(try await web.get(link.replacing("&amp;", with: "&")).status == 200, "\(link)")
            }
        }
    }

    @Test("Names that are markup are text everywhere, and lead where they should", arguments: markupNames)
    func awkward(name: String) async throws {
        let site = try Site()
        try await site.store("billed_search_requests", index: "\(name)", hours([4]))
        try await site.store("billed_search_requests", index: "plain", hours([2]))
        try await withServer(site.exporter) { web in
            for index in [name, "*"] {
                let answer = try await web.get("/explore", ["index": index, "range": "24h"])
                let page = try answer.page()
                #expect(page.all("img").isEmpty && page.all("script").count == 1)
                #expect(!answer.has("<\u{301}script"))
                #expect(try tableRows(answer, "Values")[0].contains("4"))
                let link = try #require(
                    page.all("a").compactMap { $0.attributes["href"] }.first { $0.contains("format=csv") })
                #expect(try await web.get(link.replacing("&amp;", with: "&")).text.contains(",4\n"))
                let file = try #require(
                    page.all("a").compactMap { $0.attributes["href"] }.first { $0.hasPrefix("/explore.csv") })
                #expect(try await web.get(file.replacing("&amp;", with: "&")).text.contains(",true,4"))
            }
        }
    }

    @Test(
        "A wrong parameter is named, and the form stays as it was filled",
        arguments: [
            ("statistic=nope", "statistic", 404), ("statistic=records,nope", "statistic", 404),
            ("statistic=records&statistic=nope", "statistic", 404), ("application=A&application=B", "application", 400),
            ("step=fortnight", "step", 400),
            ("granularity=daily&step=hour", "step", 400), ("range=1y&step=month&compare=week", "compare", 400),
            ("application=NOPE", "application", 404), ("index=nope", "index", 404),
            ("range=forever", "range", 400), ("start=soon", "start", 400), ("end=later", "end", 400),
            ("start=now-1d&end=now-2d", "start", 400), ("granularity=weekly", "granularity", 400),
            ("step=often", "step", 400), ("step=90m", "step", 400), ("granularity=hourly&step=90m", "step", 400),
            ("range=1y&step=1h", "step", 400), ("aggregate=median", "aggregate", 400), ("top=0", "top", 400),
            ("top=many", "top", 400), ("compare=month", "compare", 400), ("colour=red", "colour", 400),
            ("index=a&index=b", "index", 404),
        ])
    func wrong(query: String, parameter: String, status: Int) async throws {
        let site = try Site()
        try await site.store("billed_search_requests", hours([1]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?\(query)")
            let page = try answer.page(status, current: "/explore")
            let alert = try #require(answer.text.firstMatch(of: /role="alert">([\s\S]*?)<\/div>/))
            #expect(alert.output.1.contains("Parameter \(parameter):"), "\(alert.output.1)")
            #expect(alert.output.1.contains("Accepted:"))
            #expect(page.all("form").count == 1 && page.all("figure").isEmpty)
            for pair in query.split(separator: "&") where status == 400 && parameter != "colour" {
                let parts = pair.split(separator: "=").map(String.init)
                guard parts[1] != "B" else { continue }
                let shown = page.elements.filter { $0.attributes["value"] == parts[1] }
                #expect(
                    shown.contains { $0.name == "input" || $0.attributes["selected"] != nil }, "\(pair)")
            }
        }
    }

    @Test("What it says of a wrong parameter is what the API says")
    func words() async throws {
        let site = try Site()
        try await site.store("billed_search_requests", hours([1]))
        try await withServer(site.exporter) { web in
            for query in ["step=often", "top=0", "aggregate=median", "start=soon", "index=nope"] {
                let problem = try JSON.parse(
                    try await web.get("/api/v1/range?statistic=billed_search_requests&\(query)").body)
                let page = try await web.get("/explore?\(query)")
                for field in ["detail", "accepted"] {
                    let words = Markup(text: try #require(problem[field]?.string)).html
                    let shown = page.text.contains(words) || page.text.contains(words.dropFirst())
                    #expect(shown, "\(query): \(words)")
                }
            }
        }
    }

    @Test("Of all indices the eight largest are shown, unless more are asked for")
    func top() async throws {
        let site = try Site()
        for number in 0..<12 {
            try await site.store("billed_search_requests", index: "i\(number)", hours([Int64(100 + number)]))
        }
        try await withServer(site.exporter) { web in
            let eight = try await web.get("/explore?index=*&range=24h")
            let rows = try tableRows(eight, "Values")
            #expect(rows.count == 1 && rows[0].dropFirst() == ["111", "110", "109", "108", "107", "106", "105", "104"])
            let ten = try await web.get("/explore?index=*&range=24h&top=10")
            #expect(ten.text.matches(of: /<figure class="chart-figure"/).count == 10, "small charts")
            #expect(!ten.text.contains("series are shown"))
        }
    }

    @Test("Ranges are links that keep the question, and drop exact times")
    func ranges() async throws {
        let site = try Site()
        try await site.store("records", index: "a&b", hours([1, 2]))
        try await withServer(site.exporter) { web in
            let query = "statistic=records&index=a%26b&aggregate=max&start=now-2d&end=now-1d&granularity=hourly&step=2h"
            let page = try await web.get("/explore?\(query)").page()
            let links = page.all("a").compactMap { $0.attributes["href"] }.filter { $0.contains("range=") }
            #expect(
                links
                    == ["24h", "7d", "30d", "90d", "1y", "period", "all"].map {
                        "/explore?statistic=records&amp;index=a%26b&amp;aggregate=max&amp;range=\($0)"
                    })
            for link in links {
                let answer = try await web.get(link.replacing("&amp;", with: "&"))
                let current = try answer.page().all("a").filter { $0.attributes["aria-current"] == "true" }
                #expect(current.map { $0.attributes["href"] } == [link])
            }
        }
    }

    @Test(
        "The billing period begins where the contract says",
        arguments: [(1, "2026-07-01"), (15, "2026-07-15"), (20, "2026-06-20")])
    func period(startDay: Int, start: String) async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { Int64($0) }
        let planning = CapacityCache.Planning(contracts: { ["APP": Contract(periodStartDay: startDay)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let answer = try await web.get("/explore?application=APP&range=period")
            let link = try #require(
                try answer.page().all("a").compactMap { $0.attributes["href"] }.first { $0.contains("format=csv") })
            #expect(link.contains("start=\(start)T00%3A00%3A00Z"), "\(link)")
        }
    }

    @Test("A range stands beside the same weekdays before it, hour by hour", arguments: [("week", 7), ("year", 364)])
    func comparison(compare: String, days: Int64) async throws {
        let site = try Site()
        try await site.store("billed_search_requests", hours([10, 20, 30]))
        try await site.store("billed_search_requests", hours(from: midnight - days * 86_400, [1, 2, 3]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?range=24h&compare=\(compare)")
            let page = try answer.page()
            #expect(try tableRows(answer, "Values").map { $0.suffix(2) } == [["30", "3"], ["20", "2"], ["10", "1"]])
            #expect(answer.text.contains(", a \(compare) earlier"))
            let files = page.all("a").compactMap { $0.attributes["href"] }.filter { $0.contains("format=csv") }
            #expect(files.count == 2)
            var texts: [String] = []
            for file in files { texts.append(try await web.get(file.replacing("&amp;", with: "&")).text) }
            #expect(texts[0].contains(",30\n") && texts[1].contains(",3\n") && !texts[1].contains(",30\n"))
        }
    }

    @Test("Many indices are a list to type into")
    func many() async throws {
        let site = try Site()
        for number in 0...ExploreChoices.longestSelect {
            try await site.store("billed_search_requests", index: "index-\(number)", hours([1]))
        }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/explore?index=index-7").page()
            #expect(page.all("datalist").count == 1)
            let input = page.all("input").first { $0.attributes["name"] == "index" }
            #expect(input?.attributes["value"] == "index-7")
            #expect(
                page.all("option").filter { $0.path.contains("datalist") }.count == ExploreChoices.longestSelect + 1)
        }
    }

    @Test("A year of hours is drawn by days, a count as bars, and no series has more points than fit")
    func long() async throws {
        let site = try Site()
        let start = midnight - 200 * 86_400
        try await site.store("billed_search_requests", hours(from: start, (0..<4800).map { _ in 1 }))
        try await withServer(site.exporter) { web in
            // Only hours are stored.
            let answer = try await web.get("/explore?range=1y")
            try answer.page()
            let rows = try tableRows(answer, "Values")
            #expect(rows.count <= 500 && answer.text.contains("rows are shown"))
            #expect(answer.text.contains("Buckets of 6h: sum of hourly values"))
        }
        try await site.storeDays("billed_search_requests", 300) { _ in 5 }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?range=90d")
            let page = try answer.page()
            #expect(answer.text.contains("Daily values."))
            #expect(page.elements.contains { $0.attributes["class"]?.hasPrefix("bar") == true })
        }
    }

    @Test("Servers have a choice of their own, and minutes")
    func servers() async throws {
        let site = try Site()
        try await site.store("max_qps", key: "c1", hours([7]))
        try await site.store("max_qps", key: "c2", hours([9]))
        try await withServer(site.exporter) { web in
            let both = try await web.get("/explore?statistic=max_qps&range=24h")
            #expect(try both.page().all("select").contains { $0.attributes["name"] == "key" })
            #expect(try tableRows(both, "Values")[0].dropFirst() == ["7", "9"])
            let one = try await web.get("/explore?statistic=max_qps&range=24h&key=c2")
            #expect(try tableRows(one, "Values")[0].dropFirst() == ["9"])
        }
    }

    @Test("Offers the question in PromQL and to Grafana")
    func elsewhere() async throws {
        let site = try Site()
        try await site.store("billed_search_requests", index: "a\"b\\", hours([7]))
        try await withServer(site.exporter) { web in
            let page = try await web.get("/explore", ["index": "a\"b\\", "application": "APP", "step": "6h"])
            try page.page()
            let scraped = #"""
                algolia_index_usage_billed_search_requests_hourly{application="APP",index="a\"b\\"}
                """#
            let history = #"""
                sum_over_time(algolia_index_usage_billed_search_requests_hourly{job="",application="APP",index="a\"b\\"}[6h] offset -1ms)
                """#
            for promQL in [scraped, history] {
                #expect(page.text.contains("<code>\(Markup(text: promQL).html)</code>"))
            }
            let target = #"""
                {"target": "billed_search_requests", "payload": {"application": "APP", "index": "a\"b\\", "granularity": "hourly"}}
                """#
            #expect(page.text.contains(Markup(text: target).html))
            #expect(page.text.contains("start=${__from}&amp;end=${__to}&amp;format=rows"))
        }
    }

    /// A value as tables show it, without its commas.
    private static func shown(_ value: PointValue) -> String {
        switch value {
        case .integer(let integer): integer.description
        case .real(let real): Figure.rounded(real).replacing(",", with: "")
        }
    }
}
