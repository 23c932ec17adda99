internal import UsageModel

extension Contract {
    /// Reads a contract of the file, and reports keys that make no sense together.
    init(_ section: inout ConfigurationSection) {
        self.init()
        let keys = ContractKeys(&section)
        func number(_ value: ConfigurationValue?) -> Double? { value?.scalar(.positiveNumber) }
        searchRequestsPerMonth = number(keys.searchRequestsPerMonth)
        records = number(keys.records)
        maxQPS = number(section.value("max_qps"))
        indices = number(section.value("indices"))
        recommendRequestsPerMonth = number(section.value("recommend_requests_per_month"))
        searchRequestsPerYear = number(keys.searchRequestsPerYear)
        recordsPerYear = number(keys.recordsPerYear)
        start = keys.start?.scalar(.date)
        let startDay = keys.periodStartDay?.scalar(.positiveInteger(atMost: 28))
        currency = keys.currency?.scalar(.currency)
        pricePer1000SearchRequests = number(keys.searchRequestPrice)
        pricePer1000Records = number(keys.recordPrice)
        periodStartDay = startDay ?? start.map(Self.dayOfMonth) ?? periodStartDay
        keys.reportCommitments()
        if let start, keys.periodStartDay == nil || startDay != nil { keys.report(start, startDay) }
        keys.reportPrices()
    }

    fileprivate static func dayOfMonth(_ day: Int64) -> Int { CivilTime(day * Granularity.daily.seconds).day }
}

/// The keys of a contract that depend on each other.
private struct ContractKeys {
    var searchRequestsPerMonth: ConfigurationValue?
    var records: ConfigurationValue?
    var searchRequestsPerYear: ConfigurationValue?
    var recordsPerYear: ConfigurationValue?
    var start: ConfigurationValue?
    var periodStartDay: ConfigurationValue?
    var currency: ConfigurationValue?
    var searchRequestPrice: ConfigurationValue?
    var recordPrice: ConfigurationValue?

    init(_ section: inout ConfigurationSection) {
        searchRequestsPerMonth = section.value("search_requests_per_month")
        records = section.value("records")
        searchRequestsPerYear = section.value("search_requests_per_year")
        recordsPerYear = section.value("records_per_year")
        start = section.value("start")
        periodStartDay = section.value("period_start_day")
        currency = section.value("currency")
        searchRequestPrice = section.value("price_per_1000_search_requests")
        recordPrice = section.value("price_per_1000_records")
    }

    /// An annual commitment needs the day on which its terms begin, and that day needs a commitment.
    func reportCommitments() {
        let commitment = searchRequestsPerYear ?? recordsPerYear
        if let commitment, start == nil {
            commitment.refuse(
                "a commitment for a year needs the first day of its term",
                expected: "contract.start beside it, such as 2026-02-01")
        }
        if let start, commitment == nil {
            start.refuse(
                "there is no commitment for a year", expected: "search_requests_per_year or records_per_year beside it")
        }
    }

    /// A term is made of billing periods: it begins with one.
    /// - Parameters:
    ///   - day: in days since 1970-01-01.
    ///   - startDay: the day on which billing periods begin; nil when it is that of the term.
    func report(_ day: Int64, _ startDay: Int?) {
        let first = Contract.dayOfMonth(day)
        if let startDay, startDay != first {
            start?.refuse(
                "the term begins on day \(first) of a month, and billing periods on day \(startDay)",
                expected: "the first day of a billing period, or period_start_day: \(first)")
        } else if first > 28 {
            start?.refuse(
                "the term begins on day \(first) of a month, which not every month has", expected: "a day from 1 to 28")
        }
    }

    /// A price needs a currency and a limit that can be exceeded, and a currency needs a price.
    func reportPrices() {
        if let price = searchRequestPrice ?? recordPrice, currency == nil {
            price.refuse("a price needs a currency", expected: "contract.currency beside it, such as USD")
        }
        if let currency, searchRequestPrice == nil, recordPrice == nil {
            currency.refuse(
                "there is no price", expected: "price_per_1000_search_requests or price_per_1000_records beside it")
        }
        func report(_ price: ConfigurationValue?, _ limits: [ConfigurationValue?], _ names: String) {
            guard let price, currency != nil, limits.allSatisfy({ $0 == nil }) else { return }
            price.refuse("there is no limit that this price begins at", expected: "\(names) beside it")
        }
        report(
            searchRequestPrice, [searchRequestsPerMonth, searchRequestsPerYear],
            "search_requests_per_month or search_requests_per_year")
        report(recordPrice, [records, recordsPerYear], "records or records_per_year")
    }
}
