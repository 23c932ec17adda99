import Foundation
import Testing
import UsageModel

/// What anyone can send without a password: each is answered in words, and the process goes on.
@Suite("Hostile requests")
struct HostileRequestTests {
    private static let calls = [
        "metrics", "metric-payload-options", "query", "variable", "tag-values", "search", "annotations",
    ]

    // Fault (Clients): A body that is nested without end
    // Done: JSON to every path that takes one
    // Seen: 400 before it is decoded
    // Lost: nothing
    @Test("A body that is nested too deeply is refused before it is decoded", arguments: calls)
    func nesting(call: String) async throws {
        try await withServer(Site().exporter) { web in
            for text in [
                String(repeating: "[", count: 513), String(repeating: "[", count: 1_000_000),
                String(repeating: #"{"a":"#, count: 600), #"{"x":"# + String(repeating: "[", count: 65),
                String(repeating: #"[{"a":"#, count: 300),
                #"{"a":"\""# + "," + #""b":"# + String(repeating: "[", count: 600),
            ] {
                try await web.grafana(call, text).expectProblem(400, parameter: "body")
            }
            #expect(try await web.get("/health").status == 200)
        }
    }

    @Test("Brackets do not hide in other encodings, nor in a text that is decoded later")
    func hidden() async throws {
        try await withServer(Site().exporter) { web in
            let deep = String(repeating: "[", count: 600)
            for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32BigEndian] {
                let body = try #require("{\"target\":\"\u{122}\",\"x\":\(deep)".data(using: encoding))
                let answer = try await web.send("POST", "/grafana/search", body: Array(body))
                try answer.expectProblem(400, parameter: "body")
            }
            let payload = #"{"targets":[{"target":"records","payload":"{\"index\":\#(deep)"}]}"#
            try await web.grafana("query", payload).expectProblem(400, parameter: "targets[0].payload")
        }
    }

    @Test("As deep as is allowed, and brackets in a text, are no fault")
    func allowed() async throws {
        try await withServer(Site().exporter) { web in
            for text in [
                #"{"x":"# + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}",
                #"{"target":""# + String(repeating: "[", count: 1000) + #""}"#,
            ] {
                let answer = try await web.grafana("search", text)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("What is sent back is small")
    func echoes() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let long = String(repeating: "x", count: 500_000)
            let target = #"{"refId":"\#(long)","target":"records","payload":{"index":"*"}}"#
            try await web.grafana("query", WebClient.query(target)).expectProblem(400, parameter: "targets[0].refId")
            try await web.grafana("annotations", #"{"annotation":{"name":"\#(long)"}}"#)
                .expectProblem(400, parameter: "annotation.name")
            let many = #"{"annotation":{"a":[\#(Array(repeating: "0", count: 200_000).joined(separator: ","))]}}"#
            #expect(try await web.grafana("annotations", many).status == 400)
            // A problem quotes no more than it needs.
            for body in [#"{"payload":{"target":"\#(long)"}}"#, #"{"\#(long)":}"#] {
                let answer = try await web.grafana("variable", body)
                #expect(answer.status == 400 && answer.body.count < 10_000)
            }
            let plain = try await web.list(
                "annotations", #"{"annotation":{"name":"n","query":"gaps","a":{"b":[1,null]}}}"#)
            #expect(plain.allSatisfy { $0["annotation"]?["a"]?["b"] == .array([.number(.integer(1)), .null]) })
        }
    }

    @Test(
        "Lists have ends",
        arguments: [
            (#""targets":[\#(Array(repeating: "{}", count: 300_000).joined(separator: ","))]"#, "targets"),
            (#""adhocFilters":[\#(Array(repeating: "0", count: 400_000).joined(separator: ","))]"#, "adhocFilters"),
            (
                #""targets":[{"target":[\#(Array(repeating: "0", count: 400_000).joined(separator: ","))]}]"#,
                "targets[0].target[19999]"
            ),
        ])
    func lists(fields: String, parameter: String) async throws {
        try await withServer(Site().exporter) { web in
            try await web.grafana("query", "{\(fields)}").expectProblem(400, parameter: parameter)
        }
    }

    // Fault (Clients): A query of a hundred large regular expressions
    // Done: such a body
    // Seen: refused, or answered at once
    // Lost: nothing
    @Test("A query of a hundred large regular expressions is refused, or answered at once")
    func patterns() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            // Each is small enough for itself.
            let targets = (0..<100).map { number in
                let pattern = (0..<15).map {
                    #"(?i)[a-z\\x{\#(String(200 + number * 15 + $0, radix: 16))}-\\x{10ffff}]"#
                }
                return #"{"target":"records","payload":{"index":"\#(pattern.joined())"}}"#
            }
            try await web.grafana("query", WebClient.query(targets.joined(separator: ",")))
                .expectProblem(400, parameter: "payload.index")
            // One that all of them share is made once.
            let filter = #""adhocFilters":[{"key":"index","operator":"=~","value":"(p|prod_){1,300}.*"}]"#
            let alike = Array(repeating: #"{"target":"records","payload":{"index":"*"}}"#, count: 100)
            let answer = try await web.query(alike.joined(separator: ","), filter)
            #expect(answer.count == 400)
        }
    }

    @Test("Names in a query have an end", arguments: ["application", "index", "key", "statistic"])
    func queries(parameter: String) async throws {
        try await withServer(Site().exporter) { web in
            let values = (0..<501).map { "n\($0)" }
            let query =
                parameter == "statistic"
                ? "statistic=\(values.joined(separator: ","))"
                : "statistic=records&" + values.map { "\(parameter)=\($0)" }.joined(separator: "&")
            try await web.get("/api/v1/range?\(query)").expectProblem(400, parameter: parameter)
        }
    }

    // Fault (Clients): Parameters that are no numbers, or larger than any
    // Done: every parameter
    // Seen: 400 that names the parameter
    // Lost: nothing
    @Test(
        "Any number is a number, a wrong one or none, and never the end of the process",
        arguments: [
            "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e308", "-1e308", "NaN", "inf",
            "-inf", "1e-300", "0x1p1023", "999999999999y", "999999999999999w", "9223372036854775807s", "106751991167d",
            "now-9223372036854775807s", "now%2B106751991167300d", "9223372036854774000", "0", "-1", "-0",
            "0000-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59",
        ])
    func numbers(text: String) async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3]))
        try await site.storeDays("records", 60) { Int64($0) }
        try await withServer(site.exporter) { web in
            for parameter in ["start", "end", "step", "top", "horizon", "granularity", "limit"] {
                for path in [
                    "/api/v1/range?statistic=records&", "/api/v1/range?statistic=records&granularity=daily&start=0&",
                    "/api/v1/forecast?statistic=records&", "/api/v1/incidents?", "/explore?statistic=records&",
                    "/explore?statistic=records&range=all&end=\(text)&",
                ] {
                    let answer = try await web.get("\(path)\(parameter)=\(text)")
                    #expect(answer.status == 200 || answer.status == 400, "\(path)\(parameter): \(answer.text)")
                }
            }
            let plain = text.replacing("%2B", with: "+")
            for value in ["\(plain)", "\"\(plain)\""] {
                for field in ["maxDataPoints", "intervalMs"] {
                    let body = WebClient.query(#"{"target":"records"}"#, "\"\(field)\":\(value)")
                    #expect([200, 400].contains(try await web.grafana("query", body).status), "\(body)")
                }
                for field in ["from", "to"] {
                    let body = #"{"range":{"\#(field)":\#(value)},"targets":[{"target":"records"}]}"#
                    #expect([200, 400].contains(try await web.grafana("query", body).status), "\(body)")
                    #expect([200, 400].contains(try await web.grafana("annotations", body).status), "\(body)")
                }
            }
            #expect(try await web.get("/health").status == 200)
        }
    }

    @Test("Values at the edge of what a double holds are shown everywhere")
    func extremeValues() async throws {
        let site = try Site()
        let largest = PointValue.real(1.79e308)
        for statistic in ["total_search_requests", "records", "avg_processing_time", "data_size", "max_qps"]
            as [StatisticName]
        {
            try await site.store(
                statistic, index: "", hours(from: midnight - 86_400, Array(repeating: largest, count: 34)))
            try await site.store(
                statistic, index: "shop", hours(from: midnight - 86_400, Array(repeating: largest, count: 34)))
            let days = (0..<200).map {
                Point(time: midnight - 86_400 * Int64(200 - $0), value: $0 % 2 == 0 ? largest : .real(-1.79e308))
            }
            try await site.store(statistic, granularity: .daily, days)
            try await site.store(statistic, index: "shop", granularity: .daily, days)
        }
        try await withServer(site.exporter) { web in
            for path in [
                "/api/v1/latest", "/api/v1/series", "/api/v1/series?granularity=daily", "/api/v1/status",
                "/api/v1/statistics", "/api/v1/applications", "/api/v1/capacity",
                "/api/v1/range?statistic=records,total_search_requests&step=1d&start=now-3d&aggregate=sum",
                "/api/v1/range?statistic=total_search_requests&step=1d&start=now-3d&aggregate=avg&format=rows",
                "/api/v1/forecast?statistic=records,total_search_requests",
            ] {
                let answer = try await web.get(path)
                #expect(answer.status == 200, "\(path): \(answer.text)")
                _ = try answer.json()
            }
            for path in [
                "/", "/metrics", "/capacity", "/collector", "/explore?statistic=records",
                "/explore?statistic=total_search_requests&granularity=daily&range=all&index=*",
                "/api/v1/range?statistic=total_search_requests&step=1d&start=now-3d&format=csv",
            ] {
                #expect(try await web.get(path).status == 200, "\(path)")
            }
            let latest = try await web.get("/api/v1/latest").json().series()
            let total = try #require(latest.first { $0["statistic"]?.string == "total_search_requests" })
            #expect(total["total"] == .null && total["hourly"]?.array?[1] == .number(largest))
        }
    }
}
