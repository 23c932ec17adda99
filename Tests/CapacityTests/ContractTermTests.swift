import TestSupport
import Testing

@testable import Capacity

@Suite("Terms of an annual commitment") struct ContractTermTests {
    private func day(_ date: String) -> Int64 { CapacityFixture.day(date) }

    @Test(arguments: ["2026-02-01", "2026-01-01", "2025-12-31", "2024-02-29", "2023-03-01"])
    func `follow each other from the first day on, a year each`(start: String) {
        let term = ContractTerm(start: day(start))
        var expected = term.containing(day(start))
        #expect(expected.lowerBound == day(start))
        for day in day(start)..<day(start) + 5 * 366 {
            let found = term.containing(day)
            #expect(found.contains(day))
            #expect((365...366).contains(found.count))
            if day >= expected.upperBound {
                #expect(found.lowerBound == expected.upperBound)
                expected = found
            }
            #expect(found == expected)
        }
    }

    @Test func `the first one stands for days before it`() {
        let term = ContractTerm(start: day("2026-02-01"))
        #expect(term.containing(day("2025-07-01")) == day("2026-02-01")..<day("2027-02-01"))
    }

    @Test func `are made of twelve billing periods`() {
        let term = ContractTerm(start: day("2026-02-15")).containing(day("2028-03-01"))
        #expect(term == day("2028-02-15")..<day("2029-02-15"))
        let months = BillingPeriod(startDay: 15).touching(term)
        #expect(months.count == 12)
        #expect(months.first?.lowerBound == term.lowerBound && months.last?.upperBound == term.upperBound)
    }
}
