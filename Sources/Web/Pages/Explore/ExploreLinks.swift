internal import Presentation
internal import History
internal import PrometheusModel
internal import UsageModel

/// The same question elsewhere: the API, Grafana, Prometheus.
struct ExploreLinks: ViewModel {
    /// The chart that it is about; empty where there is one only.
    var title: String
    var json: String
    var rows: String
    var csv: String
    /// The earlier range that is compared with, as CSV; empty without one.
    var earlier: String
    var forecast: String
    /// Queries of Grafana's JSON data source, one for each statistic.
    var grafana: String
    /// An address for Grafana's Infinity data source.
    var infinity: String
    /// PromQL of the newest value that Prometheus scraped; empty for what `/metrics` does not have.
    var scraped: String
    /// PromQL of the same buckets, which remote read and remote write answer.
    var history: String

    init(_ answer: ExploreAnswer, areSeveral: Bool) {
        let question = answer.question
        let parameters = question.parameters
        title = areSeveral ? question.statistics.map(\.title).joined(separator: ", ") : ""
        func link(_ more: [(name: String, value: String)] = []) -> String {
            "\(RangeRoute.path)?\(PercentEncoding.query(parameters + more))"
        }
        json = link()
        rows = link([("format", "rows")])
        csv = link([("format", "csv")])
        let others = parameters.filter { !["start", "end"].contains($0.name) }
        earlier =
            answer.earlier.map { query in
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
        grafana = question.statistics.map { Self.target($0.name, parameters) }.joined(separator: "\n")
        let promQL = question.statistics.compactMap { PromQLQuery($0, question) }
        scraped = promQL.map(\.scraped).joined(separator: "\n")
        history = question.query.isMonthly ? "" : promQL.map(\.history).joined(separator: "\n")
    }

    private static func target(_ statistic: StatisticName, _ parameters: [(name: String, value: String)]) -> String {
        var json = JSONBytes()
        json.raw(#"{"target": "#)
        json.string(statistic)
        json.raw(#", "payload": {"#)
        var isFirst = true
        for name in ["application", "index", "key", "granularity", "aggregate"] {
            let values = parameters.filter { $0.name == name }.map(\.value)
            guard !values.isEmpty else { continue }
            if !isFirst { json.raw(", ") }
            json.string(name)
            json.raw(values.count > 1 ? ": [" : ": ")
            for (position, value) in values.enumerated() {
                if position > 0 { json.raw(", ") }
                json.string(value)
            }
            if values.count > 1 { json.raw("]") }
            isFirst = false
        }
        json.raw("}}")
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// The metric behind one statistic of a question, as PromQL.
struct PromQLQuery: Sendable {
    /// The series as scraped: the newest complete bucket, which a gauge repeats until the next is complete.
    var scraped: String
    /// The buckets of the question out of the exporter's history.
    var history: String

    /// Nil for what `/metrics` does not have.
    init?(_ statistic: Statistic, _ question: ExploreQuestion) {
        let query = question.query
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
        if let applications = query.applications { labels.append(Self.label("application", applications.map(\.text))) }
        if case .names(let names) = query.indices { labels.append(Self.label("index", names.map(\.text))) }
        if let keys = query.keys, let label = statistic.shape.label {
            labels.append(Self.label(label, keys.map(\.text)))
        }
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

    /// A matcher of one value, or of several as a regular expression.
    private static func label(_ name: String, _ values: [String]) -> String {
        guard values.count > 1 else { return "\(name)=\(quoted(values.first ?? ""))" }
        let special: Set<Unicode.Scalar> = ["\\", ".", "+", "*", "?", "(", ")", "|", "[", "]", "{", "}", "^", "$"]
        let escaped = values.map { value in
            var text = String.UnicodeScalarView()
            for scalar in value.unicodeScalars {
                if special.contains(scalar) { text.append("\\") }
                text.append(scalar)
            }
            return String(text)
        }
        return "\(name)=~\(quoted(escaped.joined(separator: "|")))"
    }

    private static func quoted(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return "\"\(text)\""
    }
}
