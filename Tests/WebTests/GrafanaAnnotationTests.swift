import AlgoliaClient
import History
import Testing
import UsageModel

@testable import Collector

@Suite("/grafana/annotations")
struct GrafanaAnnotationTests {
    /// The annotations of ``yesterday`` for one query.
    private func annotations(_ site: Site, _ query: String) async throws -> [JSON] {
        var list: [JSON] = []
        try await withServer(site.exporter) { web in
            list = try await web.list(
                "annotations",
                #"""
                {"range":{"from":"2026-07-14T00:00:00.000Z","to":"2026-07-15T00:00:00.000Z"},
                 "annotation":{"name":"Deploys","query":"\#(query)","enable":true}}
                """#)
        }
        return list
    }

    private func range(_ annotation: JSON) throws -> TimeRange {
        guard case .integer(let time)? = annotation["time"]?.number,
            case .integer(let end)? = annotation["timeEnd"]?.number
        else { throw JSON.NotAPoint(json: annotation) }
        return TimeRange(time / 1000, end / 1000)
    }

    private func incident(
        _ hour: Int64, _ title: String, _ status: String, cluster: ServerName = "c1", application: ApplicationID = "APP"
    ) -> StoredIncident {
        StoredIncident(
            application: application, cluster: cluster, time: yesterday.start + hour * 3600, title: title,
            status: status)
    }

    @Test("An incident lasts from its first message to the one that ends it", arguments: ["", "incidents"])
    func incidents(query: String) async throws {
        let site = try Site()
        try await site.history.store([
            incident(-30, "Long over", "major_outage"), incident(-29, "Resolved", "operational"),
            incident(-3, "Investigating", "degraded_performance"), incident(2, "It is worse", "major_outage"),
            incident(4, "Resolved", "operational"), incident(3, "Elsewhere", "partial_outage", cluster: "c2"),
            incident(25, "Tomorrow", "partial_outage"),
        ])
        let list = try await annotations(site, query)
        #expect(list.count == 2)
        #expect(try range(list[0]) == TimeRange(yesterday.start - 3 * 3600, yesterday.start + 4 * 3600))
        #expect(list[0]["title"]?.string == "Investigating")
        #expect(
            list[0]["tags"] == .array(["incident", "APP", "c1", "degraded_performance"].map(JSON.string)))
        #expect(list[0]["text"]?.string?.contains("2026-07-14T02:00:00Z major_outage: It is worse") == true)
        #expect(list[0]["annotation"]?["name"]?.string == "Deploys", "the question comes back")
        #expect(try range(list[1]) == TimeRange(yesterday.start + 3 * 3600, yesterday.end), "it goes on")
        #expect(list[1]["isRegion"] == .bool(true))
    }

    @Test("Incidents may be of one application")
    func application() async throws {
        let site = try Site()
        try await site.history.store([
            incident(1, "One", "major_outage"), incident(2, "Two", "major_outage", application: "OTHER"),
        ])
        #expect(try await annotations(site, "incidents OTHER").compactMap { $0["title"]?.string } == ["Two"])
        #expect(try await annotations(site, "incidents (APP|OTHER)").count == 2)
        #expect(try await annotations(site, "incidents NOPE").isEmpty)
    }

    /// Answers hours of yesterday, from the first to before the second of each pair.
    private func cover(_ site: Site, index: IndexName = "", _ hours: (Int64, Int64)...) async throws {
        for (start, end) in hours {
            try await site.store(
                index: index, answering: TimeRange(yesterday.start + start * 3600, yesterday.start + end * 3600), [])
        }
    }

    @Test("A gap is what was not fetched between what was, and since the collection stopped")
    func gaps() async throws {
        let site = try Site()
        try await cover(site, (2, 5), (7, 8), (9, 12))
        let list = try await annotations(site, "gaps")
        let expected: [(Int64, Int64)] = [(5, 7), (8, 9), (12, 24)]
        #expect(
            try list.map(range)
                == expected.map { TimeRange(yesterday.start + $0 * 3600, yesterday.start + $1 * 3600) })
        #expect(list[0]["tags"] == .array(["gap", "APP", "hourly"].map(JSON.string)))
        #expect(list[0]["title"]?.string == "Not fetched")
        #expect(list[0]["text"]?.string == "APP, hourly: 2h of the application")
    }

    @Test("What is not settled yet is no gap")
    func unsettled() async throws {
        // Ten hours and twenty minutes after midnight, less two hours.
        let site = try Site(now: yesterday.start + 10 * 3600 + 1200)
        try await cover(site, (0, 8))
        #expect(try await annotations(site, "gaps").isEmpty)
        let late = try Site(now: yesterday.start + 10 * 3600 + 1200)
        try await cover(late, (0, 7))
        #expect(
            try await annotations(late, "gaps").map(range) == [
                TimeRange(yesterday.start + 7 * 3600, yesterday.start + 8 * 3600)
            ])
    }

    @Test("An index has gaps between what was fetched, but none at its end, and scopes that are alike are one")
    func indices() async throws {
        let site = try Site()
        try await cover(site, (0, 5), (7, 24))
        for index in ["products", "a b"] as [IndexName] { try await cover(site, index: index, (0, 5), (7, 10)) }
        try await cover(site, index: "other", (0, 3), (4, 24))
        let list = try await annotations(site, "gaps")
        #expect(
            list.compactMap { $0["text"]?.string } == [
                "APP, hourly: 1h of index other", "APP, hourly: 2h of the application, index a b, index products",
            ])
        #expect(try await annotations(site, "gaps APP a b").count == 1)
        #expect(try await annotations(site, "gaps APP (application)").count == 1)
        #expect(try await annotations(site, "gaps APP *").count == 2)
        #expect(try await annotations(site, "gaps NOPE").isEmpty)
    }

    @Test("An application that is no longer collected has no gap since")
    func retired() async throws {
        let site = try Site()
        try await cover(site, (0, 5))
        #expect(try await annotations(site, "gaps").count == 1)
        let other = ApplicationStatus(
            application: "OTHER", state: .current, pausedUntil: nil, lastSuccess: nil, lastError: nil,
            lastErrorTime: nil, indices: 0, hasNothing: false, remaining: [:], desired: [:], refused: [:], failing: [],
            keys: [.usage], quota: TokenBucket.Use(requestsPerMinute: 60, sentInLastMinute: 0))
        try await withServer(site.exporter { [other] }) { web in
            let body = #"{"range":{"from":"2026-07-14T00:00:00Z","to":"now"},"annotation":{"query":"gaps"}}"#
            let list = try await web.list("annotations", body)
            #expect(list.isEmpty)
        }
    }

    @Test("Newer plugins ask for annotations as for a table, and their payload selects")
    func queries() async throws {
        let site = try Site()
        try await site.history.store([
            incident(1, "One", "major_outage"), incident(2, "Over, and out", "operational"),
            incident(2, "Two", "major_outage", application: "OTHER"),
        ])
        try await cover(site, (2, 5), (7, 24))
        try await cover(site, index: "products", (0, 3), (4, 24))
        try await withServer(site.exporter) { web in
            func table(_ target: String, _ payload: String) async throws -> JSON {
                let body = WebClient.query(#"{"refId":"Anno","target":"\#(target)","payload":\#(payload)}"#)
                return try #require(try await web.list("query", body).first)
            }
            let incidents = try await table("incidents", #"{"application":"APP"}"#)
            #expect(incidents["type"]?.string == "table" && incidents["refId"]?.string == "Anno")
            #expect(
                incidents["columns"]?.array?.compactMap { $0["text"]?.string } == [
                    "time", "timeEnd", "title", "text", "tags",
                ])
            let milliseconds = [1, 2].map { JSON.number(.integer((yesterday.start + $0 * 3600) * 1000)) }
            let row = try #require(incidents["rows"]?.array?.first?.array)
            #expect(Array(row.prefix(2)) == milliseconds && row[2].string == "One")
            #expect(row[4].string == "incident,APP,c1,major_outage")
            #expect(try await table("incidents", "{}")["rows"]?.array?.count == 2)
            #expect(try await table("incidents (APP|OTHER)", "{}")["rows"]?.array?.count == 2)
            #expect(try await table("gaps", "{}")["rows"]?.array?.count == 2)
            let ofIndex = try await table("gaps", #"{"application":["APP"],"index":"prod.*"}"#)
            #expect(ofIndex["rows"]?.array?.first?.array?[3].string == "APP, hourly: 1h of index products")
            #expect(try await table("gaps", #"{"application":"NOPE"}"#)["rows"] == .array([]))
        }
    }

    @Test("What cannot be annotated is a problem", arguments: ["deploys", "incidents APP x", "gap"])
    func unknown(query: String) async throws {
        try await withServer(Site().exporter) { web in
            let body = #"{"annotation":{"query":"\#(query)"}}"#
            try await web.grafana("annotations", body).expectProblem(400, parameter: "annotation.query")
        }
    }
}
