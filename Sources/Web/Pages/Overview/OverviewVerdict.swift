internal import Capacity
internal import Presentation
internal import Reports

/// The state of a contract in one line: the limits that are exceeded, else those that are projected to be.
struct OverviewVerdict: ViewModel {
    var text: String
    var className: String

    /// Nil without a limit, and while nothing is known of any.
    /// - Parameter limits: those of a contract.
    init?(_ limits: [LimitReport]) {
        let known = limits.filter { $0.utilization != nil }
        guard !known.isEmpty else { return nil }
        let exceeded = known.filter { $0.utilization ?? 0 > 1 }
        let projected = known.filter { $0.utilization ?? 0 <= 1 && $0.projectedUtilization ?? 0 > 1 }
        let ahead = Self.list(projected).map { "Projected to exceed the limit in this billing period: \($0)." }
        if let list = Self.list(exceeded) {
            let verb = known.count == 1 ? "limit" : "limits"
            text = ["\(exceeded.count) of \(known.count) \(verb) exceeded: \(list).", ahead].compactMap(\.self)
                .joined(separator: " ")
            className = CapacityAnswer.Severity.critical.className
        } else if let ahead {
            text = "No limit is exceeded. \(ahead)"
            className = CapacityAnswer.Severity.warning.className
        } else {
            let without = known.filter { $0.projectedUtilization == nil }.map(\.limit.subject)
            text =
                without.isEmpty
                ? "No limit is exceeded, and none is projected to be in this billing period."
                : "No limit is exceeded. There is no forecast yet of \(without.joined(separator: ", "))."
            className = CapacityAnswer.Severity.good.className
        }
    }

    private static func list(_ limits: [LimitReport]) -> String? {
        limits.isEmpty ? nil : limits.map(\.limit.subject).joined(separator: ", ")
    }
}
