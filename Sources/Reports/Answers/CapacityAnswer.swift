public import Capacity
internal import UsageModel

/// One question that a planner asks, and what the report says to it, in words.
///
/// All of it is plain text that names months, indices and servers of the report.
public struct CapacityAnswer: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        /// A fact, neither good nor bad.
        case info
        /// Nothing to do.
        case good
        /// To be watched.
        case warning
        /// To be acted on.
        case critical
        /// The data do not tell.
        case unknown
    }

    /// The question's identifier for programs, such as `records.year`; it does not change with the report.
    public var id: String
    public var question: String
    /// The verdict in a word or three, such as `On track`; nil where there is none.
    public var state: String?
    /// The number behind the state and what it is compared with, as sentences.
    public var text: String
    /// The grounds of the answer; may be empty.
    public var details: String
    public var severity: Severity

    /// State and text: a sentence or two that can stand alone.
    public var answer: String { state.map { "\($0). \(text)" } ?? text }

    public init(
        id: String, question: String, state: String? = nil, text: String, details: String = "", severity: Severity
    ) {
        self.id = id
        self.question = question
        self.state = state
        self.text = text
        self.details = details
        self.severity = severity
    }
}

extension CapacityReport {
    /// Every question in the order in which a planner asks, answered from this report alone.
    public var answers: [CapacityAnswer] {
        guard hasUsage else {
            // Agreed limits are asked about all the same, although nothing is known of them yet.
            let asked = limits.filter { $0.limit == .records || $0.agreed != nil }
            return asked.flatMap { [monthAnswer($0), yearAnswer($0)].compactMap(\.self) } + inventoryAnswers
                + [certaintyAnswer, usageAnswer]
        }
        return limits.flatMap { limit in
            [limit.term.map { termAnswer(limit, $0) } ?? monthAnswer(limit), yearAnswer(limit)].compactMap(\.self)
        }
            + [protectiveLimit.map(indexingAnswer)].compactMap(\.self) + inventoryAnswers
            + [
                drivingAnswer, unsearchedAnswer, searchCapacityAnswer, memoryAnswer, latencyAnswer, unusualDaysAnswer,
                certaintyAnswer,
            ]
    }
}

extension CapacityAnswer.Severity {
    /// Its class in the stylesheet.
    public var className: String {
        switch self {
        case .good: "good"
        case .warning: "warn"
        case .critical: "bad"
        case .info, .unknown: "unknown"
        }
    }
}
