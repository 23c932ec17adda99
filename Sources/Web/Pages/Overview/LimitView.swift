internal import Capacity
internal import Presentation
internal import Reports
internal import UsageModel

/// One limit of a contract, in a drawing and in words.
struct LimitView: ViewModel {
    struct Answer: ViewModel {
        var question: String
        var answer: String
        var className: String

        init(_ answer: CapacityAnswer) {
            question = answer.question
            self.answer = answer.answer
            className = answer.severity.className
        }
    }

    var title: String
    var meter: Markup
    var answers: [Answer]

    /// - Parameter id: of the drawing, unique within the page.
    init(_ limit: LimitReport, of report: CapacityReport, id: String) {
        title = limit.limit.title
        meter = CapacityCharts(report).meter(limit).map { Markup(trusted: $0.svg(id: id)) } ?? .empty
        answers = report.answers.filter { $0.id.hasPrefix("\(limit.limit.rawValue).") }.map(Answer.init)
    }
}
