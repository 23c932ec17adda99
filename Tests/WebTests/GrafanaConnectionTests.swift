import Testing
import Web
import UsageModel

@Suite("/grafana: the connection")
struct GrafanaConnectionTests {
    @Test("Test connection succeeds, with a slash at the end of the address or without")
    func connection() async throws {
        try await withServer(Site().exporter) { web in
            for path in ["/grafana", "/grafana/"] {
                let answer = try await web.get(path)
                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    @Test("An address with a slash at its end makes two of them, which does not matter")
    func slashes() async throws {
        try await withServer(Site().exporter) { web in
            let answer = try await web.grafana("/tag-keys", "{}")
            #expect(answer.status == 200)
        }
    }

    @Test("Other methods are refused with those that are served")
    func methods() async throws {
        try await withServer(Site().exporter) { web in
            for method in ["GET", "OPTIONS", "PUT"] {
                let answer = try await web.send(method, "/grafana/query")
                try answer.expectProblem(405)
                #expect(answer.header["Allow"] == ["POST"])
            }
            try await web.send("POST", "/grafana").expectProblem(405)
            try await web.send("OPTIONS", "/grafana").expectProblem(405)
            try await web.grafana("nope", "{}").expectProblem(404)
        }
    }

    @Test("Before anything is stored every call answers an empty list")
    func empty() async throws {
        try await withServer(Site().exporter) { web in
            for (call, body) in [
                ("metrics", "{}"), ("metrics", ""), ("query", "{}"), ("query", #"{"targets":[]}"#),
                ("variable", #"{"payload":{"target":"indices"}}"#), ("tag-values", #"{"key":"index"}"#),
                ("search", #"{"target":""}"#), ("annotations", "{}"),
                ("annotations", #"{"annotation":{"query":"gaps"}}"#),
                ("metric-payload-options", #"{"metric":"records","name":"key"}"#),
            ] {
                let answer = try await web.grafana(call, body)
                #expect(answer.status == 200 && answer.text == "[]", "\(call) \(body): \(answer.text)")
            }
        }
    }

    @Test("With users a password is needed, as for every other path")
    func authentication() async throws {
        let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"
        try await withServer(Site().exporter, security: WebSecurity(users: ["alice": hash])) { web in
            try await web.get("/grafana").expectProblem(401)
            try await web.grafana("query", "{}").expectProblem(401)
            let right = ["Authorization": "Basic YWxpY2U6czNjcmV0"]
            #expect(try await web.get("/grafana", headers: right).status == 200)
            #expect(try await web.grafana("query", "{}", headers: right).status == 200)
        }
    }

    @Test("A body of a mebibyte is read, a larger one is not")
    func limit() async throws {
        try await withServer(Site().exporter) { web in
            func body(_ bytes: Int) -> String { "{" + String(repeating: " ", count: bytes - 2) + "}" }
            #expect(try await web.grafana("query", body(1 << 20)).status == 200)
            try await web.grafana("query", body(1 << 20 + 1)).expectProblem(413, parameter: "body")
            #expect(try await web.grafana("query", "{}").status == 200, "the connection lives on")
        }
    }

    @Test("Every call takes the body that /openapi.json gives as an example")
    func described() async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let paths = try #require(try await web.get("/openapi.json").json()["paths"]?.object)
            let calls = paths.filter { $0.key.hasPrefix("/grafana/") }
            #expect(calls.count == 8)
            for (path, item) in calls {
                let operation = try #require(item["post"])
                let content = operation["requestBody"]?["content"]?["application/json"]
                #expect(content?["schema"]?["type"]?.string == "object", "\(path)")
                let example = try #require(content?["example"]?.object, "\(path)")
                let answer = try await web.grafana(
                    String(path.dropFirst("/grafana/".count)), try JSON.object(example).text())
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(try answer.json().array != nil, "\(path)")
                #expect(Set(operation["responses"]?.object?.keys.map { $0 } ?? []) == ["200", "400", "413", "415"])
            }
        }
    }
}
