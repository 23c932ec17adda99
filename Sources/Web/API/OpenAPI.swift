internal import Hummingbird
internal import UsageModel

/// `/openapi.json`: the description of every endpoint, made from the endpoints themselves.
enum OpenAPI {
    static func endpoint(describing endpoints: [Endpoint], at paths: WebPaths) -> Endpoint {
        let own = Endpoint(
            path: "/openapi.json", summary: "This description, OpenAPI 3.1.",
            contents: [.init(type: "application/json", summary: "The description.")]
        ) { _, _ in .text("") }
        let document = document(endpoints + [own], at: paths)
        return Endpoint(path: own.path, summary: own.summary, contents: own.contents) { _, _ in
            try .json(document)
        }
    }

    private static func document(_ endpoints: [Endpoint], at address: WebPaths) -> JSONValue {
        let server = (address.externalOrigin ?? "") + address.linkPrefix
        var paths: [String: JSONValue] = [:]
        for (path, methods) in Dictionary(grouping: endpoints, by: \.path) {
            paths[path] = .object(
                Dictionary(
                    uniqueKeysWithValues: methods.map {
                        ($0.method.rawValue.lowercased(), operation($0))
                    }))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "algolia-exporter",
                "version": "1",
                "description": "History and current values of Algolia's usage statistics.",
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": .string(server.isEmpty ? "/" : server)]],
            "security": .array([]),
            "paths": .object(paths),
            "components": ["schemas": ["Problem": problemSchema, "VendorError": vendorErrorSchema]],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var responses = ["200": success(endpoint)]
        for (status, summary) in endpoint.failures {
            responses[String(status)] = failure(status, summary, endpoint.failureForm)
        }
        if endpoint.checksQuery, responses["400"] == nil {
            responses["400"] = failure(400, "A parameter that is not declared.", .problem)
        }
        // `/ready` and `/-/ready` must differ.
        let words = endpoint.path.split(separator: "/").map { word in
            String(word.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        }
        var operation: [String: JSONValue] = [
            "summary": .string(endpoint.summary),
            "operationId": .string(
                ([endpoint.method.rawValue.lowercased()] + (words.isEmpty ? ["root"] : words)).joined(separator: "_")),
            "parameters": .array(endpoint.parameters.map(parameter)),
            "responses": .object(responses),
        ]
        operation["requestBody"] = endpoint.body.map(body)
        return .object(operation)
    }

    private static func body(_ body: Endpoint.Body) -> JSONValue {
        var content = ["schema": body.schema]
        content["example"] = body.example
        return ["description": .string(body.summary), "content": .object([body.type: .object(content)])]
    }

    private static func success(_ endpoint: Endpoint) -> JSONValue {
        var response: [String: JSONValue] = [
            "description": .string(endpoint.contents.map(\.summary).joined(separator: " ")),
            "content": .object(
                Dictionary(endpoint.contents.map { ($0.type, JSONValue.object([:])) }) { first, _ in first }),
        ]
        if !endpoint.headers.isEmpty {
            response["headers"] = .object(
                Dictionary(
                    uniqueKeysWithValues: endpoint.headers.map {
                        ($0.name, ["description": .string($0.summary), "schema": schema($0.schema)])
                    }))
        }
        return .object(response)
    }

    private static func failure(_ status: Int, _ summary: String, _ form: Endpoint.FailureForm) -> JSONValue {
        guard status != 503 else { return ["description": .string(summary), "content": ["text/plain": [:]]] }
        let content: [String: JSONValue] =
            switch form {
            case .problem: ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]]
            case .vendor: ["application/json": ["schema": ["$ref": "#/components/schemas/VendorError"]]]
            case .page: [Page.contentType: [:]]
            }
        return ["description": .string(summary), "content": .object(content)]
    }

    private static func schema(_ schema: Endpoint.Parameter.Schema) -> JSONValue {
        switch schema {
        case .string: ["type": "string"]
        case .integer(let minimum): ["type": "integer", "minimum": .integer(minimum)]
        case .options(let options): ["type": "string", "enum": .array(options.map(JSONValue.string))]
        }
    }

    private static func parameter(_ parameter: Endpoint.Parameter) -> JSONValue {
        let schema = schema(parameter.schema)
        return [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired || parameter.place == .path),
            "description": .string(parameter.summary),
            "schema": parameter.repeats ? ["type": "array", "items": schema] : schema,
        ]
    }

    private static let problemSchema: JSONValue = [
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "required": ["type", "title", "status", "detail"],
        "properties": [
            "type": ["type": "string"],
            "title": ["type": "string"],
            "status": ["type": "integer"],
            "detail": ["type": "string"],
            "parameter": ["type": "string", "description": "The parameter at fault."],
            "accepted": ["type": "string", "description": "The accepted values."],
        ],
    ]

    private static let vendorErrorSchema: JSONValue = [
        "type": "object",
        "description": "An error in the format of Algolia's Usage API.",
        "required": ["status", "message"],
        "properties": ["status": ["type": "integer"], "message": ["type": "string"]],
    ]
}
