import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Errors of the usage proxy")
struct UsageProxyErrorTests {
    private static let day = "startDate=2026-07-14T00:00:00Z&endDate=2026-07-15T00:00:00Z"
    private static let application = "X-Algolia-Application-Id: APP"
    private static let key = "X-Algolia-API-Key: usage-key"

    struct BadRequest: Sendable, CustomTestStringConvertible {
        var method = "GET"
        var target: String
        var headers = [application, key]

        init(_ target: String, method: String = "GET", headers: [String] = [application, key]) {
            self.method = method
            self.target = target
            self.headers = headers
        }

        var testDescription: String { "\(method) \(target) \(headers)" }
    }

    static let badParameters = [
        BadRequest("/1/usage/records"), BadRequest("/1/usage/records?startDate=2026-07-14T00:00:00Z"),
        BadRequest("/1/usage/records?endDate=2026-07-14T00:00:00Z"),
        BadRequest("/1/usage/records?startDate=2026-07-14&endDate=2026-07-15"),
        BadRequest("/1/usage/records?startDate=&endDate=2026-07-15T00:00:00Z"),
        BadRequest("/1/usage/records?startDate=2026-07-14T00:00:00Z&endDate=tomorrow%22%0A"),
        BadRequest("/1/usage/records?startDate=2026-07-14T00:00:00+02:00&endDate=2026-07-15T00:00:00Z"),
        BadRequest("/1/usage/records?startDate=2026-07-15T00:00:00Z&endDate=2026-07-14T00:00:00Z"),
        BadRequest("/1/usage/records?startDate=2026-07-15T00:00:00Z&endDate=2026-07-15T00:00:00Z"),
        BadRequest("/1/usage/records?startDate=x&\(day)"), BadRequest("/1/usage/records?startDate=%zz&x=%z"),
        BadRequest("/1/usage/records?\(day)&granularity=weekly"), BadRequest("/1/usage/records?\(day)&granularity="),
        BadRequest("/1/usage/records?granularity=weekly"), BadRequest("/1/usage/nope?granularity=weekly"),
        BadRequest("/1/usage/records?start%44ate=no"), BadRequest("/1/usage/records?startDate=a=b&a#b?c"),
    ]

    static let badStatistics = [
        BadRequest("/1/usage/nope?\(day)"), BadRequest("/1/usage/records,nope?\(day)"),
        BadRequest("/1/usage/,?\(day)"), BadRequest("/1/usage/?\(day)"), BadRequest("/1/usage/records,?\(day)"),
        BadRequest("/1/usage/Records?\(day)"), BadRequest("/1/usage/%22quoted%22%5C%0A%01?\(day)"),
        BadRequest("/1/usage/%C3%28?\(day)"), BadRequest("/1/usage/%F0%9F%9B%92?\(day)"),
        BadRequest("/1/usage/a+b?\(day)"), BadRequest("/1/usage/billed_search_requests?\(day)"),
        BadRequest("/1/usage/cpu_usage?\(day)"), BadRequest("/1/usage/max_qps/products?\(day)"),
        BadRequest("/1/usage/nope/nowhere?\(day)"), BadRequest("/1/usage/queries_operations?\(day)"),
        BadRequest("/1/usage/queries_operations/products?\(day)"),
        BadRequest("/1/usage/insights_operations/products?\(day)"),
    ]

    static let badPaths = [
        BadRequest("/1/usage/records/nowhere?\(day)"), BadRequest("/1/usage/*/no%2Fwhere%22%3F?\(day)"),
        BadRequest("/1/usage/records/products/more?\(day)"), BadRequest("/1/usage/records/?\(day)"),
        BadRequest("/1/usage/records/shop/eu?\(day)"), BadRequest("/1/usage/records/%25zz?\(day)"),
        BadRequest("/1/usage/records/%zz?\(day)"), BadRequest("/1/usage/rec%2?\(day)"), BadRequest("/1/usage"),
        BadRequest("/1/nothing"), BadRequest("/1//usage/records?\(day)"), BadRequest("/1/"),
        BadRequest("/1/usage/../usage/records?\(day)"), BadRequest("/1/Usage/records?\(day)"),
    ]

    static let badAccess =
        [
            [], [application], [key], [application, "X-Algolia-API-Key;"],
            ["X-Algolia-Application-Id: NOPE", key], ["X-Algolia-Application-Id: app", key],
            [application, "X-Algolia-API-Key: usage-kez"], [application, "X-Algolia-API-Key: usage-key2"],
            [application, "X-Algolia-API-Key: usage-ke"], [application, "X-Algolia-API-Key: usage-keyusage-key"],
            [application, "Authorization: Basic YTpi"],
        ].flatMap { headers in
            [BadRequest("/1/usage/records?\(day)", headers: headers), BadRequest("/1/usage/nope", headers: headers)]
        }

    static let badMethods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"].flatMap { method in
        [
            BadRequest("/1/usage/records?\(day)", method: method), BadRequest("/1/nothing", method: method),
            BadRequest("/1/usage/records", method: method, headers: []),
        ]
    }

    @Test("Are Algolia's, byte for byte")
    func same() async throws {
        var faults = Faults()
        faults.refusedStatistics = ["queries_operations"]
        let proxied = try ProxyWorld(faults: faults)
        let range = TimeRange(midnight - 86_400, midnight)
        for index in ["", "products"] as [IndexName] {
            try await proxied.fetch(Scope(application: "APP", index: index), .daily, range)
        }
        for level in EndpointLevel.allCases {
            try await proxied.history.refuse(
                ["queries_operations"], application: "APP", level: level, at: proxied.world.clock.now)
        }
        let requests =
            Self.badParameters + Self.badStatistics + Self.badPaths + Self.badAccess + Self.badMethods
        try await withSimulator(proxied.world.simulator) { vendor in
            try await withServer(proxied.exporter) { proxy in
                for request in requests {
                    let expected = try await Self.send(request, to: vendor)
                    let answer = try await Self.send(request, to: proxy)
                    #expect(answer == expected, "\(request.testDescription)")
                    #expect(expected.contains("\"status\":4"), "\(expected)")
                }
            }
        }
    }

    /// Body, status, type and what else the answer says, as curl shows them: it sends any path as it is.
    private static func send(_ request: BadRequest, to web: WebClient) async throws -> String {
        let headers = request.headers.flatMap { ["-H", $0] }
        let outcome = try await Tool.run(
            "curl",
            [
                "-s", "-g", "--path-as-is", "-X", request.method, "-w",
                " %{http_code} %{content_type} allow=%header{allow} cache=%header{x-cache} age=%header{age}",
                web.url(request.target),
            ] + headers)
        #expect(outcome.status == 0, "\(outcome.output)")
        return outcome.output
    }

    @Test(
        "HEAD is refused like every other method, without a body",
        .enabled(if: Tool.isInstalled("curl"), "curl is not installed"))
    func head() async throws {
        try await withServer(Site().proxy()) { web in
            for path in ["/1/usage/records?\(Self.day)", "/1/nothing"] {
                let outcome = try await Tool.run(
                    "curl",
                    [
                        "-s", "-X", "HEAD", "-H", "Connection: close", "-H", Self.application, "-H", Self.key, "-o",
                        "/dev/null", "-w", "%{http_code} %{size_download} %header{allow}", web.url(path),
                    ])
                #expect(outcome.output == "405 0 GET", "\(path)")
            }
        }
    }

    @Test("A failure of the history is the vendor's 500")
    func broken() async throws {
        let site = try Site()
        try await withServer(site.proxy()) { web in
            try site.history.close()
            let answer = try await web.usage("records", from: midnight, to: midnight + 3600)
            #expect(answer.status == 500)
            #expect(answer.text == #"{"status":500,"message":"Internal server error"}"#)
        }
    }

    @Test("A refused statistic that is stored from better times is served")
    func refusedButStored() async throws {
        let site = try Site()
        try await site.store("file_size", hours([5]))
        try await site.history.refuse(["file_size", "records"], application: "APP", level: .application, at: midnight)
        try await withServer(site.proxy()) { web in
            let served = try await web.usage("file_size", from: midnight, to: midnight + 3600)
            #expect(served.status == 200 && served.text.contains("5"))
            let refused = try await web.usage("records", from: midnight, to: midnight + 3600)
            #expect(refused.status == 422 && refused.text.contains("records"))
            let everything = try await web.usage("*", from: midnight, to: midnight + 3600)
            #expect(everything.status == 200 && everything.text.contains("file_size"))
        }
    }
}
