internal import Capacity
internal import Presentation
internal import Reports

/// The state of a contract in one line: the limits that are exceeded, else those that are projected to be.
struct OverviewVerdict: ViewModel {
    var text: String
    var className: String

    /// What is known of one limit of a contract.
    private struct Known {
        var subject: String
        var isExceeded: Bool
        /// Nil while there is no forecast.
        var isProjected: Bool?
    }

    /// Nil without a limit, and while nothing is known of any.
    /// - Parameters:
    ///   - limits: those of a contract.
    ///   - inventory: the indices, which may have a limit, too. They are not forecast: what counts is their number now.
    init?(_ limits: [LimitReport], _ inventory: InventoryReport?) {
        var known = limits.compactMap { limit in
            limit.utilization.map {
                Known(
                    subject: limit.limit.subject, isExceeded: $0 > 1,
                    isProjected: limit.projectedUtilization.map { $0 > 1 })
            }
        }
        if let share = inventory?.utilization {
            known.append(Known(subject: "indices", isExceeded: share > 1, isProjected: false))
        }
        guard !known.isEmpty else { return nil }
        let exceeded = known.filter(\.isExceeded)
        let projected = known.filter { !$0.isExceeded && $0.isProjected == true }
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
            let without = known.filter { $0.isProjected == nil }.map(\.subject)
            text =
                without.isEmpty
                ? "No limit is exceeded, and none is projected to be in this billing period."
                : "No limit is exceeded. There is no forecast yet for \(without.joined(separator: ", "))."
            className = CapacityAnswer.Severity.good.className
        }
    }

    private static func list(_ limits: [Known]) -> String? {
        limits.isEmpty ? nil : limits.map(\.subject).joined(separator: ", ")
    }
}
