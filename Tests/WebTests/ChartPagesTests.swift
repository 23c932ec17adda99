import Capacity
import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The charts of pages")
struct ChartPagesTests {
    private func buckets(_ page: PageSource) -> [PageElement] {
        page.elements.filter { $0.attributes["class"] == "bucket" }
    }

    private func link(_ element: PageElement) throws -> String {
        try #require(element.attributes["href"]).replacing("&amp;", with: "&")
    }

    private func count(_ page: PageSource, _ word: Substring) -> Int {
        page.elements.count { $0.attributes["class"]?.split(separator: " ").contains(word) == true }
    }

    @Test("A day leads to its hours, an hour nowhere, and a dragged range to itself")
    func zoom() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { Int64($0) }
        let now = site.clock.now
        try await site.store(
            "billed_search_requests",
            hours(from: Granularity.daily.floor(now) - 86_400, (0..<24).map { Int64($0) }))
        try await withServer(site.exporter) { web in
            let days = try await web.get("/explore?range=30d&granularity=daily").page()
            let day = try #require(buckets(days).last { $0.attributes["data-values"] == "59" })
            let hours = try await web.get(try link(day)).page(current: "/explore")
            let values = buckets(hours).map { $0.attributes["data-values"] }
            #expect(values == (0..<24).map { "\($0)" })
            #expect(buckets(hours).allSatisfy { $0.name == "g" }, "there are no minutes of searches")
            let figure = try #require(days.all("figure").first?.attributes["data-zoom"]).replacing("&amp;", with: "&")
            let bounds = (buckets(days)[3].attributes["data-start"] ?? "", day.attributes["data-end"] ?? "")
            let range = try await web.get(
                figure.replacing("{start}", with: bounds.0).replacing("{end}", with: bounds.1)
            ).page(current: "/explore")
            #expect(buckets(range).last?.attributes["data-end"] == bounds.1)
        }
    }

    @Test("Links stay below the prefix of a proxy")
    func prefix() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { Int64($0) }
        try await site.storeDays("billed_search_requests", 60, index: "products") { Int64($0) }
        let paths = try WebPaths(routePrefix: "/ops", externalURL: nil, telemetryPath: nil)
        let exporter = Exporter.test(site.history, site.clock, paths: paths) { [site] in
            _ = site
            return []
        }
        try await withServer(exporter) { web in
            for path in ["/ops/explore", "/ops/indices/products", "/ops/capacity"] {
                let page = try await web.get(path).page()
                #expect(!buckets(page).isEmpty, "\(path)")
                for bucket in buckets(page) {
                    #expect(bucket.name == "g" || bucket.attributes["href"]?.hasPrefix("/ops/explore?") == true)
                }
                for figure in page.all("figure") {
                    #expect(figure.attributes["data-zoom"]?.hasPrefix("/ops/explore?") ?? true)
                }
            }
        }
    }

    @Test(
        "The hour that is not over is drawn as such and counts nowhere, before its middle and after it",
        arguments: [0, 1800])
    func provisional(later: Double) async throws {
        let site = try Site()
        let hour = Granularity.hourly.floor(site.clock.now)
        try await site.store("billed_search_requests", hours(from: hour - 5 * 3600, [9, 8, 7, 8, 9, 1]))
        site.clock.advance(by: later)
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?range=24h&granularity=hourly")
            let page = try answer.page()
            #expect(count(page, "hollow") == 2, "the dot, and the legend's")
            #expect(count(page, "missing-hatch") == 0)
            #expect(answer.text.contains(" so far: 1\u{A0}request</title>"))
            #expect(answer.text.contains("Incomplete buckets are not counted."))
            #expect(!answer.text.contains("newest 1\u{A0}request"))
        }
    }

    @Test("The time axis begins where the data do, when they begin late")
    func fits() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 20) { Int64($0 + 1) }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/explore?range=1y&granularity=daily").page()
            let first = try #require(buckets(page).first)
            #expect(first.attributes["data-values"] == "1" && buckets(page).count <= 22)
        }
    }

    @Test("Many indices are small charts, and hourly values of a year are days")
    func many() async throws {
        let site = try Site()
        for number in 1...12 {
            try await site.storeDays("billed_search_requests", 40, index: "index \(number)") { _ in Int64(number) }
        }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/explore?index=*&top=12&range=30d&granularity=daily")
            let page = try answer.page()
            #expect(count(page, "chart-figure") == 12 && count(page, "multiples") == 1)
            let first = try #require(answer.text.range(of: "<figcaption>index 12</figcaption>"))
            let last = try #require(answer.text.range(of: "<figcaption>index 1</figcaption>"))
            #expect(first.lowerBound < last.lowerBound)
            let eight = try await web.get("/explore?index=*&range=30d&granularity=daily").page()
            #expect(count(eight, "chart") == 1)
        }
    }

    @Test("Each limit has the last twelve months and the next twelve against it, on the overview and on its page")
    func limits() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 420) { 1_000 + Int64($0 % 7) * 10 + Int64($0 * 7919 % 97) }
        try await site.storeDays("records", 420) { 500 + Int64($0) }
        let planning = CapacityCache.Planning(
            contracts: { ["APP": Contract(searchRequestsPerMonth: 32_000, records: 1_000)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            for path in ["/", "/capacity"] {
                let answer = try await web.get(path)
                let page = try answer.page(current: path)
                #expect(answer.text.contains("<figcaption>Billed search requests by month</figcaption>"))
                #expect(answer.text.contains("<figcaption>Billed records by month</figcaption>"))
                let title = try #require(
                    page.elements.firstIndex {
                        $0.attributes["id"]?.hasPrefix("periods-1-0") == true
                            || $0.attributes["id"]?.hasPrefix("chart-periods-search") == true
                    })
                let rest = page.elements[title...]
                let chart = rest.prefix(
                    1 + (rest.dropFirst().firstIndex { $0.name == "figure" } ?? rest.endIndex) - title)
                let months = chart.filter { $0.attributes["class"] == "bucket" }
                // A forecast of 366 days ends within the twelfth month after this one.
                #expect(months.count == 24, "\(path): twelve, the running one, eleven")
                #expect(months.prefix(13).allSatisfy { $0.attributes["href"]?.contains("granularity=daily") == true })
                #expect(months.suffix(11).allSatisfy { $0.name == "g" })
                #expect(chart.count { $0.attributes["class"] == "limit" } == 1)
                #expect(chart.count { $0.attributes["class"]?.hasPrefix("bar forecast") == true } >= 12)
                #expect(chart.contains { $0.attributes["class"]?.hasPrefix("band p80") == true })
                let start = try #require(RFC3339.parse("2026-06-01T00:00:00Z"))
                let june = try #require(months.first { $0.attributes["data-start"] == "\(start)" })
                let days = try await web.get(try link(june)).page(current: "/explore")
                #expect(buckets(days).count == 30)
                let sum = buckets(days).compactMap { Int($0.attributes["data-values"] ?? "") }.reduce(0, +)
                #expect("\(sum) -" == june.attributes["data-values"])
            }
        }
    }

    @Test("The overview says on how many days a peak was above its limit, and since when")
    func peaks() async throws {
        let site = try Site()
        try await site.storeDays("total_max_qps", 300) { $0 % 3 == 0 ? 900 : 100 }
        let planning = CapacityCache.Planning(contracts: { ["APP": Contract(maxQPS: 400)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let text = try await web.get("/").text
            #expect(text.contains("It was reached on 100 of 300\u{A0}days, first on "))
            #expect(text.contains("Highest: 900/s on "))
        }
    }

    @Test("Months, weeks and unusual days in the tables of the capacity page lead to their days and hours")
    func tables() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 200) { $0 == 190 ? 90_000 : 1_000 + Int64($0 % 7) * 10 }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/capacity").page()
            let links = page.all("a").filter { $0.path.last == "th" }.compactMap { $0.attributes["href"] }
            #expect(links.count >= 6 + 13 + 1)
            #expect(links.contains { $0.contains("granularity=hourly") && $0.contains("start=2026-07-05T") })
            for link in [links[0], links[8]] {
                try await web.get(link.replacing("&amp;", with: "&")).page(current: "/explore")
            }
        }
    }
}
