internal import History
internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// `/explore.csv`: what the explorer's charts show, a row for each time and a column for each series.
enum ExploreFile {
    static let path = "\(PageName.explore.path).csv"

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: path, summary: "The values that the explore page shows, as CSV.",
            parameters: ExploreParameters.declared,
            contents: [.init(type: "text/csv", summary: "A row for each time, a column for each series.")],
            failures: [
                400: "A parameter is invalid.", 404: "The application, index or statistic is unknown.",
            ]
        ) { request, _ in
            let given = try QueryParameters(request.uri.query, accepting: ExploreParameters.declared)
            let now = exporter.clock.now
            let answers = try await ExploreAnswer.all(given, exporter, now: now)
            var response = Response.bytes(csv(answers), type: "text/csv; charset=utf-8")
            let name = RangeRoute.fileName(
                answers.flatMap { $0.question.statistics.map(\.name) }, answers[0].question.query.range)
            response.headers[.contentDisposition] = "attachment; filename=\"explore_\(name)\""
            return response
        }
    }

    /// The address of the values of a page.
    static func link(_ given: QueryParameters) -> String {
        let parameters = ExploreParameters.declared.flatMap { parameter in
            (given.all(parameter.name) ?? []).map { (name: parameter.name, value: $0) }
        }
        return parameters.isEmpty ? path : "\(path)?\(PercentEncoding.query(parameters))"
    }

    /// Ascending; a value that was not reported is empty, and a bucket that is not over, is cut by the range or was not
    /// fetched wholly is not complete.
    private static func csv(_ answers: [ExploreAnswer]) -> [UInt8] {
        let keys = answers.flatMap { $0.series.series.map(\.key) }
        var bytes = Array("time,complete".utf8)
        for answer in answers {
            for name in answer.series.names(answer.question, among: keys, statistic: \.text) {
                bytes.append(UInt8(ascii: ","))
                CSVField.appendForSpreadsheet(name, to: &bytes)
            }
        }
        bytes.append(0x0A)
        let columns = answers.flatMap { answer in
            zip(answer.series.series, answer.series.whole).map { ($0.points, whole: Set($1.points.map(\.time))) }
        }
        var places = columns.map { _ in 0 }
        while let time = zip(columns, places).compactMap({ $1 < $0.0.count ? $0.0[$1].time : nil }).min() {
            var cells: [UInt8] = []
            var isWhole = true
            for (column, (points, whole)) in columns.enumerated() {
                cells.append(UInt8(ascii: ","))
                guard places[column] < points.count, points[places[column]].time == time else { continue }
                let point = points[places[column]]
                places[column] += 1
                isWhole = isWhole && whole.contains(time)
                if point.value.double.isFinite { cells += point.value.description.utf8 }
            }
            bytes += "\(RFC3339.string(time)),\(isWhole)".utf8
            bytes += cells
            bytes.append(0x0A)
        }
        return bytes
    }
}
