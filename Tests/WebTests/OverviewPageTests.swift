import AlgoliaClient
import Foundation
import History
import Presentation
import Simulator
import TestSupport
import Testing
import UsageModel

@testable import Capacity
@testable import Collector
@testable import Web

@Suite("The overview")
struct OverviewPageTests {
    @Test("Is HTML that may not load or run anything but its own style")
    func html() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        #expect(try await metered.settle())
        try await withServer(metered.exporter) { web in
            let page = try await web.get("/")
            try page.page(current: "/")
            for word in ["<script>", "javascript:", "http://", "https://", "@import", "<img"] {
                #expect(!page.text.contains(word), "\(word)")
            }
        }
    }

    @Test("Shows freshness, coverage and progress")
    func progress() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        for _ in 0..<3 { _ = await metered.collector.step() }
        try await withServer(metered.exporter) { web in
            // The application itself is complete; what is missing of its indices is not known.
            let early = try await web.get("/").text
            #expect(early.contains("backfilling") && early.contains("99% · in progress"))
            _ = await metered.collector.step()
            let page = try await web.get("/").text
            #expect(page.contains("APP") && page.contains("1.2.3"))
            #expect(page.contains("backfilling"))
            #expect(page.contains("<progress max=\"100\" value=\""))
            #expect(page.contains("% · in progress"))
            let left = try #require(
                page.firstMatch(of: /Backfill: ([0-9,]+).requests? left, at least ([0-9]+).minutes? at/))
            #expect(left.output.1 != "0" && left.output.2 != "0")
            #expect(try await metered.settle())
            let settled = try await web.get("/").text
            #expect(settled.contains("value=\"100\"") && settled.contains("% · complete"))
            #expect(!settled.contains("Backfill: "))
            #expect(settled.contains("datetime=\"2026-07-15T10:00:00Z\""), "the end of the newest bucket")
        }
    }

    @Test("A refused key blocks the backfill, and nothing that was never fetched is shown as a row of dashes")
    func refused() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        metered.world.simulator.faults.injected = [Fault(.status(401))]
        for _ in 0..<3 { _ = await metered.collector.step() }
        try await withServer(metered.exporter) { web in
            let page = try await web.get("/").text
            #expect(page.contains("% · blocked") && !page.contains("% · in progress"))
            #expect(!page.contains("Most searched indices"))
        }
    }

    @Test("The verdict counts the limit of indices among the others", arguments: [(100.0, "exceeded"), (300, "none")])
    func indices(agreed: Double, expected: String) throws {
        let inventory = InventoryReport(
            fetched: World.start, isWhole: true, agreed: agreed, indices: 120, standardReplicas: 0, virtualReplicas: 0,
            records: nil, replicaRecords: nil, families: [], untouched: [], appeared: [], gone: [])
        let verdict = try #require(OverviewVerdict([], inventory))
        #expect(verdict.text.contains(expected == "none" ? "No limit is exceeded" : "1 of 1 limit exceeded: indices."))
    }

    @Test("Every link leads somewhere", arguments: [false, true])
    func links(hasValues: Bool) async throws {
        let site = try Site()
        if hasValues { try await site.store(hours([1])) }
        try await withServer(site.exporter) { web in
            for path in PageName.allCases.map(\.path) {
                let links = try await web.get(path).text.matches(of: /href="([^"]*)"/).map { String($0.output.1) }
                #expect(links.count >= 10)
                for link in Set(links) where !link.hasPrefix("#") {
                    let answer = try await web.get(link.replacing("&amp;", with: "&"))
                    #expect(answer.status == 200, "\(link)")
                }
            }
        }
    }

    @Test(
        "A history that cannot be read is said on a page like any other, and the log says why",
        .enabled(if: Tool.isInstalled("sqlite3"), "sqlite3 is not installed"))
    func failure() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let outcome = try await Tool.run("sqlite3", [site.history.path, "ALTER TABLE coverage RENAME TO lost"])
            #expect(outcome.status == 0, "\(outcome.output)")
            let answer = try await web.get("/collector")
            try answer.page(500, current: "/collector")
            #expect(answer.text.contains("Cannot read the history database"))
            #expect(!answer.text.contains("no such table"))
        }
    }

    @Test("Names and errors are shown as they are, not as markup")
    func escaping() async throws {
        let site = try Site()
        let status = ApplicationStatus(
            application: "<b>APP</b>", state: .paused, pausedUntil: World.start, lastSuccess: nil,
            lastError: "<script>alert(\"1\")</script> & <\u{338}", lastErrorTime: World.start, indices: 1,
            hasNothing: false,
            remaining: [.hourly: 10], desired: [.hourly: 20], refused: ["application": ["<i>*</i>"]],
            failing: ["<img src=x>", ""],
            keys: [.usage], quota: TokenBucket.Use(requestsPerMinute: 60, sentInLastMinute: 0))
        try await withServer(site.exporter { [status] }) { web in
            for path in ["/", "/collector"] {
                let page = try await web.get(path)
                try page.page(current: path)
                for markup in ["<b>", "<script>", "<i>", "<img", "alert(\"1"] {
                    #expect(!page.has(markup), "\(markup)")
                }
                for text in [
                    "&lt;b&gt;APP&lt;/b&gt;", "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &lt;\u{338}",
                    "&lt;i&gt;*&lt;/i&gt;", "&lt;img src=x&gt;",
                ] {
                    #expect(page.has(text), "\(text)")
                }
            }
        }
    }

    @Test("Without any application it says so")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let page = try await web.get("/")
            try page.page(current: "/")
            #expect(page.text.contains("No application"))
        }
    }

    @Test("Without a contract it says so, and shows the week all the same")
    func noContract() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 30) { _ in 1_000 }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/")
            try page.page()
            #expect(page.text.contains("No contract is configured"))
            #expect(page.text.contains(Figure.compact(7_000)))
            #expect(page.text.contains("vs. the previous 7 days"))
            #expect(page.text.contains("class=\"sparkline\""))
            #expect(!page.text.contains("class=\"meter"))
        }
    }

    @Test("With a contract it has a meter for each limit, and says in words where it goes")
    func contract() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 200) { 1_000 + Int64($0 % 7) * 10 }
        try await site.storeDays("records", 200) { _ in 500 }
        let planning = CapacityCache.Planning(
            contracts: { ["APP": Contract(searchRequestsPerMonth: 20_000, records: 1_000)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let page = try await web.get("/")
            let source = try page.page()
            let meters = source.all("svg").filter { $0.attributes["class"]?.hasPrefix("meter") == true }
            #expect(meters.count == 2)
            #expect(
                page.text.contains(
                    "No limit is exceeded. Projected to exceed the limit in this billing period: billed search requests."
                )
            )
            let places = ["Billed search requests per month", "Billed records"].map {
                page.text.range(of: "<h3>\($0)</h3>")?.lowerBound
            }
            #expect(try #require(places[0]) < #require(places[1]), "the worst limit comes first")
            #expect(page.text.contains("Billed search requests per month") && page.text.contains("exceed"))
        }
    }

    @Test("Its first line names the limits that are exceeded; several applications are a table first")
    func verdicts() async throws {
        let site = try Site()
        for application: ApplicationID in ["APP", "CALM", "FREE"] {
            try await site.storeDays("billed_search_requests", 200, application: application) { _ in 1_000 }
        }
        let planning = CapacityCache.Planning(
            contracts: {
                ["APP": Contract(searchRequestsPerMonth: 10_000), "CALM": Contract(searchRequestsPerMonth: 90_000)]
            })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            let page = try await web.get("/")
            let source = try page.page()
            #expect(page.text.contains("1 of 1 limit exceeded: billed search requests."))
            #expect(page.text.contains("No limit is exceeded, and none is projected to be in this billing period."))
            let rows = source.all("tr").filter { $0.path.contains("tbody") }
            #expect(rows.count >= 3 && page.text.contains("no contract configured"))
        }
    }

    @Test("Of many applications the worst is shown below the table, or the one that is asked for")
    func many() async throws {
        let site = try Site()
        let names: [ApplicationID] = ["A", "B", "C", "D", "E"]
        for application in names {
            try await site.storeDays("billed_search_requests", 200, application: application) { _ in 1_000 }
        }
        let planning = CapacityCache.Planning(
            contracts: {
                ["A": Contract(searchRequestsPerMonth: 90_000), "D": Contract(searchRequestsPerMonth: 10_000)]
            })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            func sections(_ page: PageSource) -> [String] {
                page.all("section").compactMap { $0.attributes["aria-labelledby"] }.filter { $0 != "where" }
            }
            let page = try await web.get("/").page(current: "/")
            #expect(page.all("tr").filter { $0.path.contains("tbody") }.count >= 5)
            #expect(sections(page) == ["application-4"])
            let links = page.all("a").compactMap { $0.attributes["href"] }
            #expect(links.contains("#application-4") && links.contains("/?application=A"))
            #expect(try await web.get("/").text.contains("Below is <strong><bdi>D</bdi></strong>, which is closest"))
            let asked = try await web.get("/?application=B")
            #expect(sections(try asked.page(current: "/")) == ["application-2"] && !asked.text.contains("Below is"))
            let unknown = try await web.get("/?application=NOPE")
            #expect(sections(try unknown.page(404, current: "/")) == ["application-4"])
            #expect(unknown.text.contains("Parameter application:"))
        }
    }

    @Test("An unusual day leads to its hours")
    func unusual() async throws {
        let site = try Site()
        try await site.storeDays("billed_search_requests", 200) { $0 == 190 ? 90_000 : 1_000 + Int64($0 % 7) * 10 }
        try await withServer(site.exporter) { web in
            let page = try await web.get("/")
            let link = try #require(
                try page.page().all("a").compactMap { $0.attributes["href"] }.first {
                    $0.contains("granularity=hourly")
                })
            #expect(page.text.contains("Billed searches: "))
            #expect(link.contains("start=2026-07-05T00%3A00%3A00Z&amp;end=2026-07-06T00%3A00%3A00Z"), "\(link)")
            #expect(try await web.get(link.replacing("&amp;", with: "&")).status == 200)
        }
    }

    @Test("What does not exist or cannot be understood beside the path is passed over")
    func parameters() async throws {
        try await withServer(Site().exporter) { web in
            for path in ["/?utm=1", "/collector?x=%zz"] { try await web.get(path).page() }
        }
    }

    @Test(
        "An application that cannot be shown is named",
        arguments: [("%ff", 400), ("APP&application=B", 400), ("B", 404)])
    func wrong(value: String, status: Int) async throws {
        let site = try Site()
        try await site.storeDays("records", 3) { Int64($0) }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/?application=\(value)")
            try answer.page(status)
            #expect(answer.text.contains("Parameter application:"))
        }
    }
}
