import History
import TestSupport
import Testing
import UsageModel

@testable import Web

/// What a reader wants to know, starting at `/` and following links.
@Suite("Questions that the pages answer in two clicks")
struct QuestionTests {
    /// Clicks links from page to page, as they are written.
    private struct Reader {
        let web: WebClient
        private(set) var answer: Answer
        private(set) var clicks = 0

        init(_ web: WebClient) async throws {
            self.web = web
            answer = try await web.get("/")
        }

        /// Follows the first link whose address has all of `parts`.
        mutating func click(_ parts: String...) async throws {
            let links = try PageSource(answer.text).all("a").compactMap { $0.attributes["href"] }
                .map { $0.replacing("&amp;", with: "&") }
            let link = try #require(links.first { link in parts.allSatisfy(link.contains) }, "\(parts) in \(links)")
            answer = try await web.get(link)
            clicks += 1
            #expect(answer.status == 200 && clicks <= 2, "\(link)")
        }
    }

    /// Searches that exceed a limit since a while, an index that grows, and a day of ten times the searches, whose hours
    /// are known.
    private func withReader(_ body: (inout Reader) async throws -> Void) async throws {
        let site = try Site()
        let unusual = 190
        try await site.storeDays("billed_search_requests", 200) {
            $0 == unusual ? 90_000 : 1_000 + Int64($0 % 7) * 10
        }
        try await site.storeDays("billed_search_requests", 200, index: "steady") { _ in 400 }
        try await site.storeDays("billed_search_requests", 200, index: "rising") { $0 < 170 ? 20 : 300 }
        let day = Granularity.daily.floor(site.clock.now - 7200) - Int64(200 - unusual) * 86_400
        try await site.store("billed_search_requests", hours(from: day, (0..<24).map { $0 == 13 ? 89_000 : 43 }))
        // All hours of the last week were fetched, so that they are shown and not its days.
        try await site.store(
            "billed_search_requests",
            answering: TimeRange(midnight - 7 * 86_400 + 3 * 3600, Granularity.hourly.floor(site.clock.now)),
            hours([10, 20, 30]))
        try await site.store("billed_search_requests", hours(from: midnight - 7 * 86_400, [1, 2, 3]))
        let planning = CapacityCache.Planning(
            contracts: { ["APP": Contract(searchRequestsPerMonth: 20_000)] })
        try await withServer(site.exporter(planning: planning) { [] }) { web in
            var reader = try await Reader(web)
            try await body(&reader)
        }
    }

    @Test("Which limit is exceeded, and since when?")
    func limit() async throws {
        try await withReader { reader in
            #expect(reader.answer.text.contains("1 of 1 limit exceeded: billed search requests."))
            try await reader.click("/capacity")
            // The 5th of July alone was more than the month's limit.
            let text = reader.answer.text.replacing("\u{A0}", with: " ")
            #expect(text.contains("July 2026 reached the limit on 5 Jul 2026."))
        }
    }

    @Test("Which index grew most this month?")
    func growth() async throws {
        try await withReader { reader in
            try await reader.click("/indices?", "sort=growth")
            let first = try #require(
                reader.answer.text.firstMatch(of: /<th scope="row" class="name"><a [^>]*><bdi>([^<]*)</))
            #expect(first.output.1 == "rising")
            // Two weeks of July with 300 a day, after those of June with 20.
            let text = reader.answer.text
            #expect(text.contains(">Searches, 1 to 14 Jul</th>") && text.contains(">Vs. 1 to 14 Jun</th>"))
            #expect(text.contains("data-value=\"4200.0\"") && text.contains("data-value=\"3920.0\""))
        }
    }

    @Test("What happened on the newest unusual day, by hour?")
    func unusualDay() async throws {
        try await withReader { reader in
            try await reader.click("/explore?", "start=2026-07-05", "granularity=hourly")
            let rows = reader.answer.text.matches(of: /<th scope="row"><time datetime="2026-07-05T[^"]*">/)
            #expect(rows.count == 24)
            let row = try #require(
                reader.answer.text.split(separator: "\n").first {
                    $0.contains("<th scope=\"row\"><time datetime=\"2026-07-05T13")
                })
            #expect(row.contains("data-value=\"89000\""))
        }
    }

    @Test("How is this week against last week, and where is that as CSV?")
    func week() async throws {
        try await withReader { reader in
            try await reader.click("/explore?", "compare=week")
            #expect(reader.answer.text.contains(", a week earlier"))
            try await reader.click("/explore.csv")
            #expect(reader.answer.contentType == "text/csv; charset=utf-8")
            #expect(reader.answer.text.contains("2026-07-15T02:00:00Z,true,30,3\n"))
        }
    }

    @Test("What is to be pasted so that Prometheus scrapes this?")
    func scrape() async throws {
        try await withReader { reader in
            try await reader.click("/setup")
            #expect(reader.answer.text.contains("scrape_configs:"))
            #expect(reader.answer.text.contains("<pre class=\"copyable\""))
        }
    }
}
