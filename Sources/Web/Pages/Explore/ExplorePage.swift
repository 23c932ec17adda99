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
            let now = exporter.clock.now
            // The names take about as long as the answers.
            async let offered = ExploreChoices(
                exporter, application: given["application"].flatMap { ApplicationID($0) },
                statistics: (try? given.lists("statistic")) ?? [ExploreParameters.defaultStatistic])
            var answers: [ExploreAnswer] = []
            do throws(any Error) {
                let checked = try QueryParameters(query, accepting: ExploreParameters.declared)
                answers = try await ExploreAnswer.all(checked, exporter, now: now)
            } catch let problem as Problem {
                page.problem = problem
            }
            let results = answers.map {
                ExploreResult($0, areSeveral: answers.count > 1, root: exporter.paths.linkPrefix)
            }
            page.subject = results.map(\.subject).joined(separator: "; ")
            page.isPast = answers.allSatisfy { $0.question.query.range.end < now }
            let choices = try await offered
            page.content = PageTemplates.render(
                .explore,
                Content(
                    form: ExploreForm(given, choices, wrong: page.problem?.parameter),
                    isEmpty: choices.applications.isEmpty, results: results,
                    files: results.contains { !$0.isEmpty } ? [ExploreFile.link(given)] : [],
                    hasLinks: !answers.isEmpty,
                    links: answers.map { ExploreLinks($0, areSeveral: answers.count > 1) }),
                at: exporter.paths)
            return page
        }
    }

    private struct Content: ViewModel {
        var form: ExploreForm
        var isEmpty: Bool
        var results: [ExploreResult]
        /// Addresses of what is shown as CSV: one, or none.
        var files: [String]
        var hasLinks: Bool
        var links: [ExploreLinks]
    }
}
