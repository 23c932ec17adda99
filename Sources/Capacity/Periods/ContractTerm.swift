internal import UsageModel

/// The terms of an annual commitment: each from one date up to the same date of the next year.
struct ContractTerm: Sendable, Hashable {
    /// The first day of the first term, in days since 1970-01-01.
    var start: Int64

    /// The term that holds a day; the first one for a day before it.
    func containing(_ day: Int64) -> Range<Int64> {
        let day = max(day, start)
        var year = CivilTime(day * Self.secondsPerDay).year
        if begin(in: year) > day { year -= 1 }
        return begin(in: year)..<begin(in: year + 1)
    }

    /// The day on which a term begins in a year; of a term from 29 February on it is the 28th in other years.
    private func begin(in year: Int) -> Int64 {
        let first = CivilTime(start * Self.secondsPerDay)
        let day = min(first.day, CivilTime.daysInMonth(first.month, of: year))
        return CivilTime.daysSinceEpoch(year: year, month: first.month, day: day) ?? start
    }

    private static let secondsPerDay: Int64 = 86_400
}

/// The spans over which a limit counts, one after the other: billing periods, or the terms that they make.
struct LimitSpans: Sendable, Hashable {
    var billing: BillingPeriod
    /// Nil for a limit of a billing period.
    var term: ContractTerm?

    /// The span that holds a day.
    func containing(_ day: Int64) -> Range<Int64> { term?.containing(day) ?? billing.containing(day) }
}

extension LimitSpans {
    init(_ limit: ContractLimit, _ contract: Contract) {
        billing = BillingPeriod(startDay: contract.periodStartDay)
        term = limit.isAnnual ? contract.start.map(ContractTerm.init) : nil
    }
}
