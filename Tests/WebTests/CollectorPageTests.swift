import AlgoliaClient
import CoreMetrics
import Exposition
import Foundation
import History
import Presentation
import Simulator
import TestSupport
import Testing
import UsageModel

@testable import Collector
@testable import Web

@Suite("The collector's page")
struct CollectorPageTests {
    @Test("Says what is stored, of the application and of each index, and what was asked")
    func collected() async throws {
        let metered = try MeteredWorld()
        #expect(try await metered.settle())
        try await withServer(metered.exporter) { web in
            let answer = try await web.get("/collector")
            let page = try answer.page(current: "/collector")
            for index in MeteredWorld.indices {
                #expect(answer.has("<bdi>\(Markup(text: index.text).html)</bdi>"), "\(index)")
            }
            #expect(page.all("ol").filter { $0.attributes["class"] == "calendar" }.count == 2)
            let requests = try #require(answer.text.range(of: "Requests since the start"))
            #expect(answer.text[requests.upperBound...].contains("<th scope=\"row\">usage</th><td>200</td>"))
            #expect(answer.text.contains("accepted"))
            #expect(answer.text.contains("1.2.3"))
        }
    }

    @Test("Before the first answer it says that everything is to come")
    func first() async throws {
        let metered = try MeteredWorld(indices: ["products"])
        try await withServer(metered.exporter) { web in
            let answer = try await web.get("/collector")
            try answer.page()
            #expect(answer.text.contains("No requests since the start"))
            #expect(answer.text.contains("not used yet"))
        }
    }

    @Test("Without any application it says so")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.get("/collector")
            try answer.page(current: "/collector")
            #expect(answer.text.contains("No application"))
        }
    }

    @Test("A refused key, refused statistics and failing indices are named")
    func trouble() async throws {
        let site = try Site()
        let status = ApplicationStatus(
            application: "APP", state: .unauthorized, pausedUntil: World.start + 60, lastSuccess: nil,
            lastError: "401: the key is refused", lastErrorTime: World.start, indices: 2, hasNothing: false,
            remaining: [:], desired: [:], refused: ["index": ["max_qps"]], failing: ["blog"],
            keys: [.usage], quota: TokenBucket.Use(requestsPerMinute: 3000, sentInLastMinute: 1530))
        try await withServer(site.exporter { [status] }) { web in
            let answer = try await web.get("/collector")
            try answer.page()
            for words in [
                "401: the key is refused", "max_qps", "Failing: blog", "rejected or missing", "unauthorized",
                "not configured", ">1,530<", ">3,000<", "value=\"51\"",
            ] {
                #expect(answer.text.contains(words), "\(words)")
            }
        }
    }

    @Test("A day is complete, there in part, missing or on its way")
    func calendar() throws {
        let day = Granularity.daily.seconds
        let fetched = TimeRangeSet([
            TimeRange(10 * day, 11 * day), TimeRange(11 * day, 11 * day + day / 2), TimeRange(14 * day, 15 * day),
        ])
        let desired = TimeRange(13 * day, 17 * day)
        let now = 30 * day
        let calendar = CoverageDays.calendar(fetched: fetched, desired: desired, days: 9..<17, now: now)
        #expect(
            calendar.days == [
                .unwanted, .complete, .partial(0.5), .missing, .fetching, .complete, .fetching, .fetching,
            ])
        let blocked = CoverageDays.calendar(
            fetched: fetched, desired: desired, isBlocked: true, days: 12..<16, now: now)
        #expect(blocked.days == [.missing, .blocked, .complete, .blocked])
        let past = CoverageDays.calendar(fetched: fetched, desired: nil, days: 12..<14, now: now)
        #expect(past.days == [.missing, .missing])
        let nothing = CoverageDays.calendar(fetched: TimeRangeSet(), desired: nil, days: 0..<2, now: now)
        #expect(nothing.days == [.unwanted, .unwanted])
        // A day that is not over is not missing.
        let today = CoverageDays.calendar(
            fetched: fetched, desired: TimeRange(0, 15 * day), days: 15..<16, now: 15 * day + 3600)
        #expect(today.days == [.fetching])
    }

    @Test("What the exporter counts is read back as it was counted")
    func registry() throws {
        let site = try Site()
        let name = "a\"b\\c\nd,e=\"f"
        site.registry.makeCounter(label: "test_total", dimensions: [("remote", name), ("code", "200")]).increment(by: 7)
        site.registry.makeCounter(label: "test_total", dimensions: [("remote", "x"), ("code", "200")]).increment(by: 2)
        let metric = MetricDeclaration("test_total", .counter, labels: ["remote", "code"], help: "Tests.")
        #expect(site.registry.value(of: metric, name, "200") == 7)
        #expect(site.registry.samples(of: metric).map(\.value).sorted() == [2, 7])
        #expect(site.registry.samples(of: metric).contains { $0.labels == ["remote": name, "code": "200"] })
        #expect(site.registry.value(of: metric, "y", "200") == nil)
    }
}
