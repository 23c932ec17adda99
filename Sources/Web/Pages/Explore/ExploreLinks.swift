internal import Presentation
internal import History
internal import PrometheusModel
internal import UsageModel

/// The same question elsewhere: the API, Grafana, Prometheus.
struct ExploreLinks: ViewModel {
    var json: String
    var rows: String
    var csv: String
    var forecast: String
    /// A query of Grafana's JSON data source.
    var grafana: String
    /// An address for Grafana's Infinity data source.
    var infinity: String
    /// Empty for what `/metrics` does not have.
    var promQL: String

    init(_ question: ExploreQuestion) {
        let parameters = question.parameters
        func link(_ more: [(name: String, value: String)] = []) -> String {
            "\(RangeRoute.path)?\(PercentEncoding.query(parameters + more))"
        }
        json = link()
        rows = link([("format", "rows")])
        csv = link([("format", "csv")])
        let selection = parameters.filter { ["statistic", "application", "index", "key"].contains($0.name) }
        forecast = "/api/v1/forecast?\(PercentEncoding.query(selection))"
        let timeless = parameters.filter { !["start", "end"].contains($0.name) }
        // Grafana replaces these itself, so they must stay as they are.
        infinity =
            "\(RangeRoute.path)?\(PercentEncoding.query(timeless))&start=${__from}&end=${__to}&format=rows"
        grafana = Self.target(parameters)
        promQL = PromQLQuery(question)?.text ?? ""
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

/// The historical metric behind a question, as PromQL that remote read answers.
struct PromQLQuery: Sendable {
    var text: String

    /// Nil for what `/metrics` does not have.
    init?(_ question: ExploreQuestion) {
        let query = question.query
        let statistic = question.statistic
        let name = MetricName(statistic, perIndex: query.indices != .application)
        guard !name.families.isEmpty else { return nil }
        let metric: String
        switch (statistic.api, query.granularity) {
        case (.monitoring, _): metric = name.gauge
        case (_, .daily) where statistic.kind == .count: metric = name.daily
        case (_, _) where statistic.kind == .count: metric = name.hourly
        default: metric = name.gauge
        }
        // Only scrapes have a job: without one it is the exporter's history that answers.
        var labels = [#"job="""#]
        if let application = query.applications?.first { labels.append(Self.label("application", application.text)) }
        if case .names(let names) = query.indices, let index = names.first {
            labels.append(Self.label("index", index.text))
        }
        if let key = query.keys?.first, let label = statistic.shape.label { labels.append(Self.label(label, key.text)) }
        // Other statistics have no days on `/metrics`, but hours of which days are made.
        let bucket = metric == name.daily ? Granularity.daily.seconds : Granularity.hourly.seconds
        let width = DurationText.string(max(query.step ?? query.granularity.seconds, bucket))
        let selector = "\(metric){\(labels.joined(separator: ","))}[\(width)] offset -1ms"
        let aggregate = query.aggregate(for: statistic.name)
        text = "\(Self.function(aggregate))(\(selector))"
        if let top = query.top { text = "topk(\(top), \(text))" }
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
