import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("/openapi.json")
struct OpenAPITests {
    /// A value that is accepted for each parameter.
    private static let samples = [
        "statistic": "records", "application": "APP", "index": "products", "key": "c1", "granularity": "daily",
        "start": "now-7d", "end": "now", "step": "1d", "aggregate": "max", "top": "3", "format": "csv",
    ]

    private func withSite(_ body: (Site, WebClient, [String: JSON]) async throws -> Void) async throws {
        let site = try Site()
        try await site.store(index: "products", hours([1]))
        try await withServer(site.exporter) { web in
            let document = try await web.get("/openapi.json").json()
            try await body(site, web, try #require(document["paths"]?.object))
        }
    }

    private func parameters(_ operation: JSON?) throws -> [JSON] {
        try #require(operation?["parameters"]?.array)
    }

    @Test("Is an OpenAPI 3.1 document")
    func document() async throws {
        try await withSite { _, web, paths in
            let document = try await web.get("/openapi.json").json()
            #expect(document["openapi"]?.string?.hasPrefix("3.1.") == true)
            #expect(document["info"]?["title"]?.string == "algolia-exporter")
            #expect(document["info"]?["version"]?.string != nil)
            var identifiers: [String] = []
            for (path, item) in paths {
                #expect(path.hasPrefix("/"))
                for (method, operation) in try #require(item.object) {
                    #expect(["get", "post"].contains(method))
                    identifiers.append(try #require(operation["operationId"]?.string))
                    #expect(operation["summary"]?.string?.isEmpty == false)
                    let responses = try #require(operation["responses"]?.object)
                    for (status, response) in responses {
                        #expect(Int(status) != nil && response["description"]?.string != nil, "\(path) \(status)")
                    }
                    let names = try parameters(operation).map { $0["name"]?.string }
                    #expect(Set(names).count == names.count)
                    for parameter in try parameters(operation) {
                        #expect(parameter["in"] == .string("query") && parameter["schema"]?["type"]?.string != nil)
                    }
                }
            }
            #expect(Set(identifiers).count == identifiers.count, "\(identifiers.sorted())")
        }
    }

    @Test("Describes exactly what the router serves")
    func complete() async throws {
        try await withSite { site, web, paths in
            let endpoints = WebServer.endpoints(site.exporter)
            #expect(Set(paths.keys) == Set(endpoints.map(\.path)))
            for path in [
                "/", "/metrics", "/health", "/-/healthy", "/ready", "/-/ready", "/api/v1/statistics",
                "/api/v1/applications", "/api/v1/series", "/api/v1/latest", "/api/v1/status", "/api/v1/range",
                "/openapi.json",
            ] {
                #expect(paths[path]?["get"] != nil, "\(path)")
            }
        }
    }

    @Test("Every path is served, with the declared parameters it needs, as one of the declared types")
    func served() async throws {
        try await withSite { _, web, paths in
            for (path, item) in paths {
                let query = try parameters(item["get"]).filter { $0["required"] == .bool(true) }
                    .compactMap { $0["name"]?.string }.map { "\($0)=\(Self.samples[$0] ?? "")" }
                    .joined(separator: "&")
                let answer = try await web.get(query.isEmpty ? path : "\(path)?\(query)")
                #expect(answer.status == 200, "\(path) \(answer.text)")
                let types = item["get"]?["responses"]?["200"]?["content"]?.object?.keys.map { String($0) } ?? []
                #expect(types.contains { answer.contentType.hasPrefix($0) }, "\(path): \(answer.contentType), \(types)")
            }
        }
    }

    @Test("Every declared parameter and every value of an enumeration is accepted, and nothing else")
    func accepted() async throws {
        try await withSite { _, web, paths in
            for (path, item) in paths {
                for parameter in try parameters(item["get"]) {
                    let name = try #require(parameter["name"]?.string)
                    let schema = parameter["schema"]
                    let sample = try #require(Self.samples[name], "\(name)")
                    let values = schema?["enum"]?.array?.compactMap(\.string) ?? [sample]
                    for value in values {
                        let statistic = path == "/api/v1/range" && name != "statistic" ? "statistic=records&" : ""
                        let answer = try await web.get("\(path)?\(statistic)\(name)=\(value)")
                        #expect(answer.status == 200, "\(path) \(name)=\(value): \(answer.text)")
                    }
                    if schema?["enum"] != nil || schema?["type"] == .string("integer") {
                        let wrong = try await web.get("\(path)?statistic=records&\(name)=wrong")
                        try wrong.expectProblem(400, parameter: name)
                    }
                }
                guard path.hasPrefix("/api/") else { continue }
                try await web.get("\(path)?undeclared=1").expectProblem(400, parameter: "undeclared")
            }
        }
    }

    @Test("A problem has no field that is not described")
    func problem() async throws {
        try await withSite { _, web, _ in
            let document = try await web.get("/openapi.json").json()
            let schema = document["components"]?["schemas"]?["Problem"]
            let described = try #require(schema?["properties"]?.object).keys
            let problem = try JSON.parse(try await web.get("/api/v1/range?statistic=nope").body)
            #expect(Set(try #require(problem.object).keys) == Set(described))
        }
    }
}
