import History
import Presentation
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("The pages of indices")
struct IndicesPageTests {
    /// The first cells of the table's rows.
    private func names(_ answer: Answer) -> [String] {
        answer.text.matches(of: /<th scope="row" class="name"><a [^>]*><bdi>([^<]*)<\/bdi>/).map { String($0.output.1) }
    }

    private func site(_ numbers: Range<Int>) async throws -> Site {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { _ in 10_000 }
        for number in numbers {
            let index: IndexName = "index \(number)"
            try await site.storeDays("billed_search_requests", 60, index: index) { Int64($0 + number * 100) }
            try await site.storeDays("records", 60, index: index) { _ in Int64(1000 - number) }
        }
        return site
    }

    @Test("Before anything is stored it says so")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let page = try await web.get("/indices").page(current: "/indices")
            #expect(page.all("table").isEmpty)
        }
    }

    @Test("Every index is there, in the asked order, and leads to its page")
    func orders() async throws {
        try await withServer(site(1..<6).exporter) { web in
            let answer = try await web.get("/indices")
            let page = try answer.page(current: "/indices")
            #expect(names(answer) == (1..<6).reversed().map { "index \($0)" })
            #expect(names(try await web.get("/indices?sort=records")) == (1..<6).map { "index \($0)" })
            #expect(names(try await web.get("/indices?sort=name")) == (1..<6).map { "index \($0)" })
            #expect(names(try await web.get("/indices?search=DEX%203")) == ["index 3"])
            #expect(page.all("svg").count == 5)
            let links = page.all("a").compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("/indices/") }
            #expect(links.first == "/indices/index%205?application=APP" && links.count == 5)
            for link in links { try await web.get(link.replacing("&amp;", with: "&")).page(current: "/indices") }
        }
    }

    @Test("While indices are still being fetched, shares are upper bounds, and a sentence says so")
    func unfetched() async throws {
        let site = try await site(1..<3)
        try await withServer(site.exporter) { web in
            let before = try await web.get("/indices")
            #expect(!before.has("≤"))
            try await site.storeDays("billed_search_requests", 10, index: "late") { _ in 1 }
            site.clock.advance(by: 120)
            for path in ["/indices", "/"] {
                let page = try await web.get(path)
                #expect(
                    page.has("≤ 63%") && page.has("1 of 3\(Figure.space)indices was not fetched for all of"), "\(path)")
            }
            let report = try await web.get("/capacity")
            #expect(report.has("index 2 made 63% of the billed searches of the indices fetched so far"))
            #expect(report.has("≤ 63%"))
            let json = try await web.get("/api/v1/capacity").json()
            #expect(json["applications"]?.array?.first?["indices"]?["unfetched"] == .number(.integer(1)))
        }
    }

    @Test("A hundred are on a page, and the next is one link away")
    func pages() async throws {
        let site = try Site()
        for number in 0..<(2 * IndicesPage.pageSize + 1) {
            try await site.storeDays("billed_search_requests", 1, index: "i\(number)") { _ in 1 }
        }
        try await withServer(site.exporter) { web in
            var (path, seen): (String?, [String]) = ("/indices?sort=name&search=i", [])
            var pages = 0
            while let next = path, pages < 9 {
                let answer = try await web.get(next)
                let page = try answer.page()
                seen += names(answer)
                pages += 1
                path = page.all("a").first { $0.attributes["rel"] == "next" }?.attributes["href"]?
                    .replacing("&amp;", with: "&")
            }
            #expect(pages == 3 && seen.count == 201 && Set(seen).count == 201)
            let beyond = try await web.get("/indices?page=99")
            try beyond.page(400, current: "/indices")
            #expect(names(beyond).isEmpty && beyond.text.contains("Parameter page:") && beyond.text.contains("1 to 3"))
        }
    }

    @Test("The marked indices are compared by a form, which the explorer answers with all of them")
    func compare() async throws {
        try await withServer(site(1..<6).exporter) { web in
            let list = try await web.get("/indices")
            let page = try list.page()
            let form = try #require(page.all("form").first { $0.attributes["action"] == "/explore" })
            #expect(form.attributes["method"] == "get")
            let boxes = list.text.matches(of: /<input type="checkbox" name="index" value="([^"]*)"/).map {
                String($0.output.1)
            }
            #expect(boxes == (1..<6).reversed().map { "index \($0)" })
            let hidden = page.all("input").filter { $0.attributes["type"] == "hidden" }.map {
                "\($0.attributes["name"] ?? "")=\($0.attributes["value"] ?? "")"
            }
            let marked = boxes.prefix(2).map { "index=\(WebClient.encode($0))" }
            let answer = try await web.get("/explore?\((hidden + marked).joined(separator: "&"))")
            try answer.page()
            #expect(answer.text.contains(">index 5</") && answer.text.contains(">index 4</"))
            #expect(!(try await web.get("/").text.contains("<input")))
        }
    }

    @Test("A table of all indices may be sorted by a script, by exact values; one of a hundred of many may not")
    func sortable() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 60) { _ in 200_000 }
        for number in 0...IndicesPage.pageSize {
            try await site.storeDays("billed_search_requests", 60, index: "i\(number)") { _ in 1234 }
        }
        try await withServer(site.exporter) { web in
            let many = try await web.get("/indices").page()
            #expect(many.all("table").allSatisfy { $0.attributes["class"] == nil })
            let few = try await web.get("/indices?search=i10").page()
            #expect(few.all("table").allSatisfy { $0.attributes["class"] == "sortable" })
            let values = few.all("td").compactMap { $0.attributes["data-value"] }
            #expect(values.contains("34552.0"), "28 days: \(values)")
        }
    }

    @Test(
        "A wrong parameter is named",
        arguments: [
            ("sort=colour", "sort", 400), ("page=0", "page", 400), ("page=99999999999999999999", "page", 400),
            ("application=NOPE", "application", 404), ("colour=red", "colour", 400),
        ])
    func wrong(query: String, parameter: String, status: Int) async throws {
        try await withServer(site(1..<2).exporter) { web in
            let answer = try await web.get("/indices?\(query)")
            try answer.page(status, current: "/indices")
            #expect(answer.text.contains("Parameter \(parameter):"))
        }
    }

    @Test("An index has its charts, and months that lead to their days")
    func index() async throws {
        try await withServer(site(1..<3).exporter) { web in
            let answer = try await web.get("/indices/index%202")
            let page = try answer.page(current: "/indices")
            #expect(answer.text.contains("<title>index 2 · Indices · algolia-exporter</title>"))
            #expect(answer.text.contains("<h1>index 2</h1>"))
            #expect(answer.text.contains(">July 2026, so far</a>") && answer.text.contains(">June 2026</a>"))
            #expect(page.all("figure").count == 2)
            let month = try #require(
                page.all("a").compactMap { $0.attributes["href"] }.first {
                    $0.contains("start=2026-06-01") && $0.contains("granularity=daily")
                })
            let days = try await web.get(month.replacing("&amp;", with: "&"))
            let day = try #require(
                try days.page().all("a").compactMap { $0.attributes["href"] }.first {
                    $0.contains("start=2026-06-30T00%3A00%3A00Z") && $0.contains("granularity=hourly")
                })
            #expect(day.contains("index=index%202"))
        }
    }

    @Test("The sum of a month that lacks days is a lower bound, and is marked")
    func lacking() async throws {
        let site = try Site()
        func days(_ start: String, _ count: Int64) async throws {
            let first = try #require(RFC3339.parse("\(start)T00:00:00Z"))
            try await site.store(
                "billed_search_requests", index: "shop", granularity: .daily,
                (0..<count).map { Point(time: first + $0 * 86_400, value: .integer(100)) })
        }
        // All of May, June but for three days, and July so far.
        try await days("2026-05-01", 40)
        try await days("2026-06-13", 32)
        try await withServer(site.exporter) { web in
            let text = try await web.get("/indices/shop").text
            let cells = text.matches(of: /<tr><th scope="row"><a [^>]*>([^<]*)<\/a><\/th><td class="number">([^<]*)</)
            #expect(
                cells.map { "\($0.output.1): \($0.output.2)" }
                    == ["July 2026, so far: 1,400", "June 2026: ≥ 2,700", "May 2026: 3,100"])
            #expect(text.contains("a lower bound"))
        }
    }

    @Test("The oldest month is whole where all of it is stored, however old the history is")
    func oldest() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 800, index: "shop") { _ in 100 }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/indices/shop")
            #expect(page.has(">July 2025</a>") && page.has(">3,100<") && !page.has("≥") && !page.has("a lower bound"))
        }
    }

    @Test(
        "Names of any characters are one segment, text on the page, and their link leads back",
        arguments: markupNames + awkwardNames + [String(repeating: "x", count: 250), "a/b", "..", "."])
    func awkward(name: String) async throws {
        let site = try Site()
        let index = try #require(IndexName(name))
        try await site.storeDays("records", 40, index: index) { Int64($0) }
        try await withServer(site.exporter) { web in
            let list = try await web.get("/indices")
            let page = try list.page()
            #expect(page.all("script").count == 1 && page.all("img").isEmpty)
            let link = IndexPage.link(index, of: "APP")
            #expect(
                page.all("a").contains {
                    $0.attributes["href"]?.replacing("&amp;", with: "&").utf8.elementsEqual(link.utf8) == true
                })
            let answer = try await web.get(link)
            let source = try answer.page()
            #expect(source.all("script").count == 1)
        }
    }

    @Test(
        "An unknown index is named, and so is an unknown application",
        arguments: [
            ("/indices/nope", "index"), ("/indices/index%201?application=NOPE", "application"), ("/indices/%zz", nil),
        ])
    func unknown(path: String, parameter: String?) async throws {
        try await withServer(site(1..<2).exporter) { web in
            let answer = try await web.get(path)
            try answer.page(404)
            if let parameter { #expect(answer.text.contains("Parameter \(parameter):")) }
        }
    }
}
