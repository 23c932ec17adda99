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

    @Test("Of several applications a table leads to each, and their calendars are closed")
    func several() async throws {
        let site = try Site()
        for application in ["APP", "B", "C"] as [ApplicationID] {
            try await site.storeDays("billed_search_requests", 3, application: application) { _ in 1 }
        }
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/collector")
            let page = try answer.page(current: "/collector")
            for (place, id) in ["APP", "B", "C"].enumerated() {
                #expect(answer.has("<a href=\"#application-\(place + 1)\"><bdi>\(id)</bdi></a>"))
                #expect(answer.has("<h2 id=\"application-\(place + 1)\"><bdi>\(id)</bdi>"))
            }
            #expect(page.all("details").count == 3)
        }
        let alone = try Site()
        try await alone.storeDays("billed_search_requests", 3) { _ in 1 }
        try await withServer(alone.exporter) { web in
            let answer = try await web.get("/collector")
            let page = try answer.page(current: "/collector")
            #expect(page.all("details").isEmpty)
            #expect(page.all("ol").count { $0.attributes["class"] == "calendar" } == 2)
            // Months before anything was wanted are left out.
            #expect(answer.has(">Jul 2026<") && !answer.has(">Jun 2026<"))
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
                "401: the key is refused", "max_qps", "Failing: blog", ">rejected<", "unauthorized",
                "not configured", ">1,530<", ">3,000<", "value=\"51\"",
            ] {
                #expect(answer.text.contains(words), "\(words)")
            }
        }
    }

    /// The answer of `path` about an application whose servers and clusters are in this state.
    private func answer(_ path: String, _ infrastructure: InfrastructureStatus) async throws -> Answer {
        var status = ApplicationStatus(
            application: "APP", state: .current, pausedUntil: nil, lastSuccess: World.start, lastError: nil,
            lastErrorTime: nil, indices: 2, hasNothing: false, remaining: [:], desired: [:], refused: [:], failing: [],
            keys: infrastructure.hasKey ? [.usage, .monitoring] : [.usage],
            quota: TokenBucket.Use(requestsPerMinute: 60, sentInLastMinute: 1))
        status.infrastructure = infrastructure
        let shown = [status]
        var answer: Answer?
        try await withServer(try Site().exporter { shown }) { web in answer = try await web.get(path) }
        return try #require(answer)
    }

    @Test(
        "Without a monitoring key there are clusters and no number of servers; with one that is refused, both are said")
    func clusters() async throws {
        var state = InfrastructureStatus()
        state.isUp = true
        state.clusters = ["c0-xx", "c4-fr"]
        state.clusterSource = .servers
        state.unknownClusters = ["c0-xx"]
        let page = try await answer("/collector", state).text
        #expect(page.contains("Servers: not collected without a Monitoring API key"))
        #expect(page.contains("clusters: c0-xx, c4-fr (those whose servers appear in max_qps)"))
        #expect(page.contains("Unknown to Algolia and left out: c0-xx"))
        #expect(!page.contains("0 servers") && !page.contains("0\(Figure.space)servers"))
        let json = try await answer("/api/v1/status", state).json()
        let monitoring = try #require(json["applications"]?.array?.first?["monitoring"])
        #expect(monitoring["servers"] == .null && monitoring["up"] == .bool(true))
        #expect(monitoring["clusters"] == .array([.string("c0-xx"), .string("c4-fr")]))
        #expect(monitoring["cluster_source"] == .string("servers"))
        #expect(monitoring["unknown_clusters"] == .array([.string("c0-xx")]))

        (state.hasKey, state.isRefused, state.isUp) = (true, true, false)
        let refused = try await answer("/collector", state).text
        #expect(refused.contains("The key or the plan does not include servers of the Monitoring API. Clusters: c0-xx"))
        #expect(refused.contains("rejected"))
        (state.isRefused, state.isUp, state.serversFetched) = (false, true, World.start)
        state.servers = [InventoryServer(name: "c4-fr-1", cluster: "c4-fr")]
        state.clusterSource = .inventory
        let served = try await answer("/api/v1/status", state).json()["applications"]?.array?.first?["monitoring"]
        #expect(served?["servers"]?.array?.count == 1 && served?["cluster_source"] == .string("inventory"))
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
