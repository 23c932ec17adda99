import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("/openapi.json")
struct OpenAPITests {
    /// A value that is accepted for each parameter.
    private static let samples = [
        "horizon": "30d", "statistic": "records", "application": "APP", "index": "products", "key": "c1",
        "granularity": "daily",
        "start": "now-7d", "end": "now", "step": "1d", "aggregate": "max", "top": "3", "format": "csv",
        "range": "7d", "target": "APP", "collect[]": "usage", "label": "application=APP",
        "compare": "week", "search": "prod", "sort": "records", "page": "1",
    ]

    /// Of a path, or of a header.
    private static let otherSamples = [
        "statistics": "records", "index": "products", "startDate": "2026-07-15T00:00:00Z",
        "endDate": "2026-07-16T00:00:00Z", "granularity": "hourly",
    ].merging(ProxyWorld.credentials) { $1 }

    private func withSite(_ body: (Site, WebClient, [String: JSON]) async throws -> Void) async throws {
        let site = try Site()
        try await site.store(index: "products", hours([1]))
        try await withServer(site.proxy()) { web in
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
                        let place = parameter["in"]?.string
                        let isUsage = path.hasPrefix("/1/")
                        let isIndex = path.hasPrefix("/indices/") && place == "path"
                        #expect(place == "query" || isIndex || isUsage && (place == "path" || place == "header"))
                        // OpenAPI 3.1, section 4.8.12.2: of a path, every parameter is required.
                        #expect(place != "path" || parameter["required"] == .bool(true), "\(path)")
                        #expect(parameter["schema"]?["type"]?.string != nil)
                        let name = try #require(parameter["name"]?.string)
                        #expect((place == "path") == path.contains("{\(name)}"))
                    }
                }
            }
            #expect(Set(identifiers).count == identifiers.count, "\(identifiers.sorted())")
        }
    }

    @Test("Describes exactly what the router serves")
    func complete() async throws {
        try await withSite { site, web, paths in
            let endpoints = try WebServer.endpoints(site.exporter)
            #expect(Set(paths.keys) == Set(endpoints.map(\.path)))
            for path in [
                "/", "/metrics", "/health", "/-/healthy", "/ready", "/-/ready", "/api/v1/statistics",
                "/api/v1/applications", "/api/v1/series", "/api/v1/latest", "/api/v1/status", "/api/v1/range",
                "/explore", "/capacity", "/collector", "/indices", "/indices/{index}", "/setup", "/style.css",
                "/pages.js", "/explore.csv", "/favicon.svg", "/api/v1/capacity",
                "/probe", "/sd", "/openapi.json", "/1/usage/{statistics}", "/1/usage/{statistics}/{index}",
            ] {
                #expect(paths[path]?["get"] != nil, "\(path)")
            }
        }
    }

    @Test("Every path is served, with the declared parameters it needs, as one of the declared types")
    func served() async throws {
        try await withSite { _, web, paths in
            for (path, item) in paths where !path.hasPrefix("/1/") && item["get"] != nil {
                let path = path.replacing("{index}", with: "products")
                let query = try parameters(item["get"])
                    .filter { $0["required"] == .bool(true) && $0["in"] != .string("path") }
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
            for (path, item) in paths where !path.hasPrefix("/1/") && item["get"] != nil {
                let path = path.replacing("{index}", with: "products")
                for parameter in try parameters(item["get"]) where parameter["in"] != .string("path") {
                    let name = try #require(parameter["name"]?.string)
                    let schema = parameter["schema"]
                    let sample = try #require(Self.samples[name], "\(name)")
                    let values = schema?["enum"]?.array?.compactMap(\.string) ?? [sample]
                    for value in values {
                        let needsStatistic =
                            ["/api/v1/range", "/api/v1/forecast"].contains(path) && name != "statistic"
                        let others = needsStatistic ? "statistic=records&" : path == "/probe" ? "target=APP&" : ""
                        let isTarget = name == "target"
                        let answer = try await web.get(
                            "\(path)?\(isTarget ? "" : others)\(WebClient.encode(name))=\(value)")
                        #expect(answer.status == 200, "\(path) \(name)=\(value): \(answer.text)")
                    }
                    if schema?["enum"] != nil || schema?["type"] == .string("integer") {
                        let others =
                            path == "/probe" ? "target=APP&" : path == "/indices" ? "" : "statistic=records&"
                        let wrong = try await web.get("\(path)?\(others)\(WebClient.encode(name))=wrong")
                        if path.hasPrefix("/api/") || ["/metrics", "/probe", "/explore.csv"].contains(path) {
                            try wrong.expectProblem(400, parameter: name)
                        } else {
                            try wrong.page(400)
                            #expect(wrong.text.contains("Parameter \(name):"))
                        }
                    }
                }
                guard path.hasPrefix("/api/") else { continue }
                try await web.get("\(path)?undeclared=1").expectProblem(400, parameter: "undeclared")
            }
        }
    }

    @Test("The usage proxy answers what is declared: path, query, headers, types and errors")
    func usage() async throws {
        try await withSite { site, web, paths in
            try await site.store(hours([1]))
            for path in ["/1/usage/{statistics}", "/1/usage/{statistics}/{index}"] {
                let operation = try #require(paths[path]?["get"])
                let declared = try parameters(operation)
                /// Asks with a sample of every parameter but one, or with another value.
                func ask(without: String? = nil, _ other: [String: String] = [:]) async throws -> Answer {
                    var target = path
                    var query: [String] = []
                    var headers: [String: String] = [:]
                    for parameter in declared {
                        let name = try #require(parameter["name"]?.string)
                        let sample = try #require(other[name] ?? Self.otherSamples[name], "\(name)")
                        switch parameter["in"]?.string {
                        case "path": target = target.replacing("{\(name)}", with: sample)
                        case _ where name == without: break
                        case "header": headers[name] = sample
                        default: query.append("\(name)=\(sample)")
                        }
                    }
                    return try await web.get("\(target)?\(query.joined(separator: "&"))", headers: headers)
                }
                let answer = try await ask()
                #expect(answer.status == 200, "\(answer.text)")
                let success = operation["responses"]?["200"]
                #expect(success?["content"]?.object?.keys.contains("application/json") == true)
                let headers = try #require(success?["headers"]?.object)
                #expect(headers.keys.allSatisfy { answer.header[$0].count == 1 })
                #expect(headers["X-Cache"]?["schema"]?["enum"]?.array?.contains(.string(answer.cache ?? "")) == true)

                // Read-through may say of any path that there is nothing.
                var failures = Set(["404", "401"])
                #expect(try await ask([Self.keyName: "wrong"]).status == 401)
                if path.contains("{index}") { #expect(try await ask(["index": "nowhere"]).status == 404) }
                for parameter in declared where parameter["in"] != .string("path") {
                    let name = try #require(parameter["name"]?.string)
                    let without = try await ask(without: name)
                    #expect((without.status == 200) == (parameter["required"] == .bool(false)), "\(name)")
                    if without.status != 200 { failures.insert("\(without.status)") }
                    for value in parameter["schema"]?["enum"]?.array ?? [] {
                        #expect(try await ask([name: value.string ?? ""]).status == 200)
                    }
                }
                #expect(Set(operation["responses"]?.object?.keys.map { $0 } ?? []) == failures.union(["200"]))
                let schema = operation["responses"]?["422"]?["content"]?["application/json"]?["schema"]?["$ref"]
                #expect(schema == .string("#/components/schemas/VendorError"))
            }
        }
    }

    private static let keyName = "X-Algolia-API-Key"

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
