internal import Presentation
internal import History
internal import Hummingbird
internal import UsageModel

/// `/explore`: any series over any range, as a chart and a table, and the same question for other programs.
enum ExplorePage {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .explore, exporter, summary: "Explore page: charts any stored series.",
            contents: "The form, and a chart and values for its selection.",
            parameters: ExploreParameters.declared,
            failures: [
                400: "A parameter is invalid; the page names it.",
                404: "The application, index or statistic is unknown; the page names it.",
            ]
        ) { request in
            let query = request.uri.query
            let given = QueryParameters(unchecked: query)
            var page = Page(name: .explore, content: .empty)
            var result: (ExploreResult, ExploreLinks)?
            do throws(any Error) {
                let checked = try QueryParameters(query, accepting: ExploreParameters.declared)
                result = try await answer(checked, exporter)
            } catch let problem as Problem {
                page.problem = problem
            }
            page.subject = result?.0.subject ?? ""
            let choices = try await ExploreChoices(
                exporter.history, application: given["application"].flatMap { ApplicationID($0) },
                statistic: given["statistic"].flatMap { StatisticName($0) } ?? ExploreParameters.defaultStatistic)
            page.content = PageTemplates.render(
                .explore,
                Content(
                    form: ExploreForm(given, choices, wrong: page.problem?.parameter),
                    isEmpty: choices.applications.isEmpty,
                    results: result.map { [$0.0] } ?? [], links: result.map { [$0.1] } ?? []),
                at: exporter.paths)
            return page
        }
    }

    private struct Content: ViewModel {
        var form: ExploreForm
        var isEmpty: Bool
        var results: [ExploreResult]
        var links: [ExploreLinks]
    }

    private static func answer(
        _ parameters: QueryParameters, _ exporter: Exporter
    ) async throws -> (ExploreResult, ExploreLinks) {
        let now = exporter.clock.now
        let question = try await ExploreQuestion(parameters, exporter, now: now)
        let answer = try await RangeParameters.answer(question.query, exporter, now: now)
        let earlier = question.earlier(than: answer)
        var before: RangeAnswer?
        if let earlier { before = try await RangeParameters.answer(earlier, exporter, now: now) }
        return (
            ExploreResult(question, answer, before, now: now, root: exporter.paths.linkPrefix),
            ExploreLinks(question, earlier: earlier)
        )
    }
}
