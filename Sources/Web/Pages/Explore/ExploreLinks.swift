internal import Presentation
internal import History
internal import PrometheusModel
internal import UsageModel

/// The same question elsewhere: the API, Grafana, Prometheus.
struct ExploreLinks: ViewModel {
    var json: String
    var rows: String
    var csv: String
    /// The earlier range that is compared with, as CSV; empty without one.
    var earlier: String
    var forecast: String
    /// A query of Grafana's JSON data source.
    var grafana: String
    /// An address for Grafana's Infinity data source.
    var infinity: String
    /// PromQL of the newest value that Prometheus scraped; empty for what `/metrics` does not have.
    var scraped: String
    /// PromQL of the same buckets, which remote read and remote write answer.
    var history: String

    init(_ question: ExploreQuestion, earlier query: RangeQuery?) {
        let parameters = question.parameters
        func link(_ more: [(name: String, value: String)] = []) -> String {
            "\(RangeRoute.path)?\(PercentEncoding.query(parameters + more))"
        }
        json = link()
        rows = link([("format", "rows")])
        csv = link([("format", "csv")])
        let others = parameters.filter { !["start", "end"].contains($0.name) }
        earlier =
            query.map { query in
                let times = [("start", query.range.start), ("end", query.range.end)].map { name, time in
                    (name: name, value: RFC3339.string(time))
                }
                return "\(RangeRoute.path)?\(PercentEncoding.query(others + times + [("format", "csv")]))"
            } ?? ""
        let selection = parameters.filter { ["statistic", "application", "index", "key"].contains($0.name) }
        forecast = "/api/v1/forecast?\(PercentEncoding.query(selection))"
        // Grafana replaces these itself, so they must stay as they are.
        infinity =
            "\(RangeRoute.path)?\(PercentEncoding.query(others))&start=${__from}&end=${__to}&format=rows"
        grafana = Self.target(parameters)
        let promQL = PromQLQuery(question)
        scraped = promQL?.scraped ?? ""
        history = promQL?.history ?? ""
    }

    private static func target(_ parameters: [(name: String, value: String)]) -> String {
        func value(_ name: String) -> JSONBytes? {
            parameters.first { $0.name == name }.map { parameter in
                var json = JSONBytes()
                json.string(parameter.value)
                return json
            }
        }
        var json = JSONBytes()
        json.raw(#"{"target": "#)
        if let statistic = value("statistic") { json.append(statistic) }
        json.raw(#", "payload": {"#)
        var isFirst = true
        for name in ["application", "index", "key", "granularity", "aggregate"] {
            guard let text = value(name) else { continue }
            if !isFirst { json.raw(", ") }
            json.string(name)
            json.raw(": ")
            json.append(text)
            isFirst = false
        }
        json.raw("}}")
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// The metric behind a question, as PromQL.
struct PromQLQuery: Sendable {
    /// The series as scraped: the newest complete bucket, which a gauge repeats until the next is complete.
    var scraped: String
    /// The buckets of the question out of the exporter's history.
    var history: String

    /// Nil for what `/metrics` does not have.
    init?(_ question: ExploreQuestion) {
        let query = question.query
        let statistic = question.statistic
        let name = MetricName(statistic, perIndex: query.indices != .application)
        guard !name.families.isEmpty else { return nil }
        let metric: String
        switch (statistic.api, query.granularity) {
        case (.monitoring, _): metric = name.gauge
        case (.usageV2, .daily): metric = name.daily
        case (.usageV2, _): metric = name.hourly
        case (_, .daily) where statistic.kind == .count: metric = name.daily
        case (_, _) where statistic.kind == .count: metric = name.hourly
        default: metric = name.gauge
        }
        var labels: [String] = []
        if let application = query.applications?.first { labels.append(Self.label("application", application.text)) }
        if case .names(let names) = query.indices, let index = names.first {
            labels.append(Self.label("index", index.text))
        }
        if let key = query.keys?.first, let label = statistic.shape.label { labels.append(Self.label(label, key.text)) }
        // Other statistics have no days on `/metrics`, but hours of which days are made.
        let bucket = metric == name.daily ? Granularity.daily.seconds : Granularity.hourly.seconds
        let width = DurationText.string(max(query.step ?? query.granularity.seconds, bucket))
        func selector(_ labels: [String]) -> String {
            labels.isEmpty ? metric : "\(metric){\(labels.joined(separator: ","))}"
        }
        scraped = selector(labels)
        // Only scrapes have a job: without one it is the exporter's history that answers.
        let buckets = "\(selector([#"job="""#] + labels))[\(width)] offset -1ms"
        history = "\(Self.function(query.aggregate(for: statistic.name)))(\(buckets))"
        guard let top = query.top else { return }
        scraped = "topk(\(top), \(scraped))"
        history = "topk(\(top), \(history))"
    }

    private static func function(_ aggregate: Aggregate) -> String {
        aggregate == .last ? "last_over_time" : "\(aggregate.rawValue)_over_time"
    }

    private static func label(_ name: String, _ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "\(name)=\"\(text)\""
    }
}
