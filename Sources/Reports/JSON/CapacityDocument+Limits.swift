internal import Capacity
internal import Forecast
internal import UsageModel

extension CapacityDocument {
    /// The running term of an annual commitment.
    struct TermDocument: Encodable {
        var firstDay: JSONDay
        var lastDay: JSONDay
        /// The share of the term's days that are over.
        var elapsed: JSONNumber
        /// 1 uses up the commitment on the term's last day.
        var pace: JSONNumber
        var twelfth: JSONNumber
        /// The number of billing periods above a twelfth.
        var monthsOver: Int
        /// The billing periods that have begun, with what each is billed.
        var months: [Period]

        init(_ term: TermReport) {
            firstDay = JSONDay(term.days.lowerBound)
            lastDay = JSONDay(term.days.upperBound - 1)
            elapsed = JSONNumber(term.elapsed)
            pace = JSONNumber(term.pace)
            twelfth = JSONNumber(term.twelfth)
            monthsOver = term.monthsOver.count
            months = term.months.map(Period.init)
        }
    }

    /// The cost of the projected excess, in the contract's currency.
    struct CostDocument: Encodable {
        var currency: String
        var mean: JSONNumber
        var lower80: JSONNumber
        var upper80: JSONNumber
        var lower95: JSONNumber
        var upper95: JSONNumber

        init(_ cost: ExcessCost) {
            currency = cost.currency
            mean = JSONNumber(cost.mean)
            lower80 = JSONNumber(cost.bounds.lower80)
            upper80 = JSONNumber(cost.bounds.upper80)
            lower95 = JSONNumber(cost.bounds.lower95)
            upper95 = JSONNumber(cost.bounds.upper95)
        }
    }

    /// Indexing operations beside the limit that follows from what is used.
    struct ProtectiveLimitDocument: Encodable {
        /// No contract names this limit.
        var derived = true
        var month: JSONSpan
        var used: JSONNumber
        var usedCoverage: JSONNumber
        var allowed: JSONNumber
        var utilization: JSONNumber
        @OrNull var projected: Projected?
        var projectedAllowed: JSONNumber

        init(_ limit: ProtectiveLimit) {
            month = JSONSpan(limit.month)
            used = JSONNumber(limit.used)
            usedCoverage = JSONNumber(limit.usedCoverage)
            allowed = JSONNumber(limit.allowed)
            utilization = JSONNumber(limit.utilization)
            projected = limit.projection.map { Projected($0, limit.projectedUtilization) }
            projectedAllowed = JSONNumber(limit.projectedAllowed)
        }
    }
}
