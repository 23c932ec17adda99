import Settings
import Testing
import UsageModel

@Suite struct `Contracts of the file` {
    /// A file whose contract is on line 4, the first value of which is in column 17.
    private func file(_ contract: String) -> String { withApplication("    contract: { \(contract) }") }

    private func contract(_ text: String) throws -> Contract {
        try SettingsLoader.parse(file(text), file: "exporter.yml").applications[0].contract
    }

    @Test func `have commitments for a year, the first day of a term, and prices`() throws {
        let read = try contract(
            """
            search_requests_per_year: 2e9, records_per_year: 120_000_000, start: 2026-02-01, currency: USD, \
            price_per_1000_search_requests: 0.5, price_per_1000_records: 0.4
            """)
        var expected = Contract()
        expected.searchRequestsPerYear = 2e9
        expected.recordsPerYear = 120e6
        expected.start = 20_485
        expected.currency = "USD"
        expected.pricePer1000SearchRequests = 0.5
        expected.pricePer1000Records = 0.4
        #expect(read == expected)
    }

    @Test func `begin billing periods on the day on which the term begins, unless they say otherwise`() throws {
        #expect(try contract("records_per_year: 1, start: 2026-02-15").periodStartDay == 15)
        #expect(try contract("records_per_year: 1, start: 2026-02-15, period_start_day: 15").periodStartDay == 15)
        #expect(try contract("records_per_year: 1, start: 2026-02-01").periodStartDay == 1)
    }

    /// Each is one error, with the place of the value that makes no sense.
    @Test(arguments: [
        (
            "search_requests_per_year: 5",
            "43: applications[0].contract.search_requests_per_year: a commitment for a year needs the first day of its "
                + "term; expected contract.start beside it, such as 2026-02-01"
        ),
        (
            "records_per_year: 5, search_requests_per_year: 5",
            "64: applications[0].contract.search_requests_per_year: a commitment for a year needs the first day of its "
                + "term; expected contract.start beside it, such as 2026-02-01"
        ),
        (
            "start: 2026-02-01",
            "24: applications[0].contract.start: there is no commitment for a year; "
                + "expected search_requests_per_year or records_per_year beside it"
        ),
        (
            "records_per_year: 5, start: 2026-02-01, period_start_day: 15",
            "45: applications[0].contract.start: the term begins on day 1 of a month, and billing periods on day 15; "
                + "expected the first day of a billing period, or period_start_day: 1"
        ),
        (
            "records_per_year: 5, start: 2026-01-31",
            "45: applications[0].contract.start: the term begins on day 31 of a month, which not every month has; "
                + "expected a day from 1 to 28"
        ),
        (
            "records_per_year: 5, start: 2026-02-30",
            "45: applications[0].contract.start: there is no day 2026-02-30 since 1970; "
                + "expected a date such as 2026-02-01"
        ),
        (
            "records_per_year: 5, start: 1 February",
            "45: applications[0].contract.start: \"1 February\" is not a date; expected a date such as 2026-02-01"
        ),
        (
            "records: 5, price_per_1000_records: 0.4",
            "53: applications[0].contract.price_per_1000_records: a price needs a currency; "
                + "expected contract.currency beside it, such as USD"
        ),
        (
            "records: 5, currency: USD",
            "39: applications[0].contract.currency: there is no price; "
                + "expected price_per_1000_search_requests or price_per_1000_records beside it"
        ),
        (
            "records: 5, currency: USD, price_per_1000_search_requests: 1",
            "76: applications[0].contract.price_per_1000_search_requests: there is no limit that this price begins at; "
                + "expected search_requests_per_month or search_requests_per_year beside it"
        ),
        (
            "max_qps: 5, currency: USD, price_per_1000_records: 1",
            "68: applications[0].contract.price_per_1000_records: there is no limit that this price begins at; "
                + "expected records or records_per_year beside it"
        ),
        (
            "records: 5, currency: usd, price_per_1000_records: 1",
            "39: applications[0].contract.currency: \"usd\" is not the code of a currency; "
                + "expected the code of a currency such as USD"
        ),
        (
            "records: none, currency: USD, price_per_1000_records: 1",
            "26: applications[0].contract.records: \"none\" is not a number; expected a number above 0"
        ),
        (
            "records: 5, currency: USD, price_per_1000_records: 0",
            "68: applications[0].contract.price_per_1000_records: 0 is too small; expected a number above 0"
        ),
    ])
    func `that contradict themselves are one clear error`(contract: String, complaint: String) {
        #expect(complaints(file(contract)) == ["exporter.yml:4:\(complaint)"])
    }
}
