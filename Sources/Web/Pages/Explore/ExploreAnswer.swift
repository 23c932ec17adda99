internal import History
internal import UsageModel

/// The answer to one question: one chart's series.
struct ExploreAnswer: Sendable {
    var question: ExploreQuestion
    /// The share of the asked range that was fetched, in 0 ... 1.
    var coverage: Double
    var series: ExploreSeries
    /// The range that it is compared with.
    var earlier: RangeQuery?

    /// The answers to `given`, one for each unit.
    /// - Throws: ``Problem`` that names the parameter at fault.
    static func all(_ given: QueryParameters, _ exporter: Exporter, now: UnixTime) async throws -> [ExploreAnswer] {
        var answers: [ExploreAnswer] = []
        for question in try await ExploreQuestion.all(given, exporter, now: now) {
            let answer = try await RangeParameters.answer(question.query, exporter, now: now)
            let earlier = question.earlier(than: answer)
            var before: (query: RangeQuery, answer: RangeAnswer)?
            if let earlier { before = (earlier, try await RangeParameters.answer(earlier, exporter, now: now)) }
            answers.append(
                ExploreAnswer(
                    question: question, coverage: answer.coverage,
                    series: ExploreSeries(question, answer, before, now: now), earlier: earlier))
        }
        return answers
    }
}
