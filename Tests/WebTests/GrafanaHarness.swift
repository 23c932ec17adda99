import History
import Testing
import UsageModel

/// A day of hours before ``midnight``.
let yesterday = TimeRange(midnight - 86_400, midnight)

/// An index whose name is full of what means something in a regular expression.
let awkward = "a.b|c(d)"

extension Site {
    /// Two applications and indices with awkward names, each with a day of hours.
    static func forGrafana() async throws -> Site {
        let site = try Site()
        func day(_ value: (Int) -> Int64) -> [Point] { hours(from: yesterday.start, (0..<24).map(value)) }
        for application in ["APP", "OTHER"] as [ApplicationID] {
            try await site.store(
                [
                    SeriesPoints(statistic: "total_search_requests", points: day { Int64($0 * $0) }),
                    SeriesPoints(statistic: "records", points: day { 1000 + Int64($0) }),
                    SeriesPoints(statistic: "avg_processing_time", points: day { Int64($0 % 5) }),
                    SeriesPoints(statistic: "max_qps", key: "c1-1", points: day { Int64($0 % 7) }),
                    SeriesPoints(statistic: "max_qps", key: "c1-2", points: day { Int64($0 % 11) }),
                ], application: application)
        }
        let names: [IndexName] = ["products", "prod_*", "prod_eu", "\(awkward)", "axb"]
        for (position, index) in names.enumerated() {
            try await site.store(
                [
                    SeriesPoints(statistic: "records", points: day { Int64(position * 100 + $0) }),
                    SeriesPoints(statistic: "total_search_requests", points: day { Int64(position + $0) }),
                ], index: index)
        }
        try await site.store(application: "OTHER", index: "products", day { Int64($0) })
        try await site.store(
            "records", granularity: .daily, [Point(time: yesterday.start, value: .integer(77))])
        return site
    }
}

extension WebClient {
    /// Calls the data source as Grafana does.
    func grafana(_ call: String, _ body: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(
            "POST", "/grafana/\(call)", headers: ["Content-Type": "application/json"].merging(headers) { $1 },
            body: Array(body.utf8))
    }

    /// The series that the targets (JSON objects) are answered with, over ``yesterday`` unless `fields` say otherwise.
    func query(
        _ targets: String, _ fields: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [GrafanaSeries] {
        let answer = try await grafana("query", Self.query(targets, fields))
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return try #require(try answer.json().array, sourceLocation: sourceLocation).map(GrafanaSeries.init)
    }

    /// The body of a query.
    static func query(_ targets: String, _ fields: String = "") -> String {
        let range =
            fields.contains("\"range\"")
            ? "" : #""range":{"from":"2026-07-14T00:00:00.000Z","to":"2026-07-15T00:00:00.000Z"},"#
        return "{\(range)\(fields.isEmpty ? "" : fields + ",")\"targets\":[\(targets)]}"
    }

    /// The list that a call answers with.
    func list(
        _ call: String, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [JSON] {
        let answer = try await grafana(call, body)
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return try #require(try answer.json().array, sourceLocation: sourceLocation)
    }

    /// The values that a variable has.
    func variable(_ body: String) async throws -> [String] {
        try await list("variable", body).map {
            let value = try #require($0["__value"]?.string)
            #expect($0["__text"]?.string == value)
            return value
        }
    }
}

/// A series as Grafana reads it.
struct GrafanaSeries {
    let name: String
    let refId: String?
    let points: [Point]

    init(_ json: JSON) throws {
        name = try #require(json["target"]?.string)
        refId = json["refId"]?.string
        points = try #require(json["datapoints"]?.array).map { pair in
            try JSON.array(try #require(pair.array).reversed()).point()
        }
    }

    var sum: Double { points.reduce(0) { $0 + $1.value.double } }
}
