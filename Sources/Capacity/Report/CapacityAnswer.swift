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

    /// What is asked, for programs, such as `records.year`; it does not change with the report.
    public var id: String
    public var question: String
    /// A sentence or two that can stand alone.
    public var answer: String
    /// What the answer rests on; may be empty.
    public var details: String
    public var severity: Severity

    public init(id: String, question: String, answer: String, details: String = "", severity: Severity) {
        self.id = id
        self.question = question
        self.answer = answer
        self.details = details
        self.severity = severity
    }
}

extension CapacityReport {
    /// Every question in the order in which a planner asks, answered from this report alone.
    public var answers: [CapacityAnswer] {
        limits.flatMap { [monthAnswer($0), yearAnswer($0)].compactMap(\.self) }
            + [
                drivingAnswer, unsearchedAnswer, searchCapacityAnswer, memoryAnswer, latencyAnswer, unusualDaysAnswer,
                certaintyAnswer,
            ]
    }
}

extension CapacityAnswer.Severity {
    /// A word that goes before the answer; nil where the answer says it itself.
    public var label: String? {
        switch self {
        case .info: nil
        case .good: "Good"
        case .warning: "Watch"
        case .critical: "Act"
        case .unknown: nil
        }
    }

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
