import Simulator
import TestSupport
import Testing
import UsageModel
import Web

@testable import Collector

@Suite("The status page")
struct StatusPageTests {
    @Test("Is HTML that may not load or run anything")
    func html() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        #expect(try await metered.settle())
        try await withServer(metered.exporter) { web in
            let page = try await web.get("/")
            #expect(page.status == 200)
            #expect(page.contentType == "text/html; charset=utf-8")
            let policy = try #require(page.header["Content-Security-Policy"].first)
            #expect(policy.contains("default-src 'none'") && !policy.contains("script-src"))
            #expect(page.text.hasPrefix("<!DOCTYPE html>"))
            for word in ["<script", "javascript:", "http://", "https://", "@import", "<img", "<link"] {
                #expect(!page.text.contains(word), "\(word)")
            }
            #expect(page.text.firstMatch(of: /\son[a-z]+=/) == nil)
        }
    }

    @Test("Shows freshness, coverage and progress")
    func progress() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        for _ in 0..<3 { _ = await metered.collector.step() }
        try await withServer(metered.exporter) { web in
            let page = try await web.get("/").text
            #expect(page.contains("APP") && page.contains("1.2.3"))
            #expect(page.contains("backfilling"))
            #expect(page.contains("<progress max=\"100\" value=\""))
            #expect(page.contains("to fetch"))
            #expect(try await metered.settle())
            let settled = try await web.get("/").text
            #expect(settled.contains("value=\"100\"") && settled.contains(", complete"))
            #expect(!settled.contains("to fetch"))
            #expect(settled.contains("2026-07-15T10:00:00Z, "), "the end of the newest bucket")
        }
    }

    @Test("Every link leads somewhere")
    func links() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let links = try await web.get("/").text.matches(of: /href="([^"]*)"/).map { String($0.output.1) }
            #expect(links.count >= 10)
            for link in links {
                let answer = try await web.get(link.replacing("&amp;", with: "&"))
                #expect(answer.status == 200, "\(link)")
            }
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
            failing: ["<img src=x>", ""])
        try await withServer(site.exporter { [status] }) { web in
            let page = try await web.get("/").text
            for markup in ["<b>", "<script", "<i>", "<img", "alert(\"1"] {
                #expect(!page.contains(markup), "\(markup)")
            }
            for text in [
                "&lt;b&gt;APP&lt;/b&gt;", "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &lt;\u{338}",
                "&lt;i&gt;*&lt;/i&gt;", "&lt;img src=x&gt;",
            ] {
                #expect(Array(page.utf8).firstRange(of: Array(text.utf8)) != nil, "\(text)")
            }
        }
    }

    @Test("Without any application it says so")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let page = try await web.get("/").text
            #expect(page.contains("No application"))
        }
    }
}
