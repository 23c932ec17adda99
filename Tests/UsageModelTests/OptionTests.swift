import Testing
import UsageModel

@Suite("Options")
struct OptionTests {
    @Test(
        "A quota is shared evenly, rounded down, and never to nothing",
        arguments: [(60, 1, 60), (60, 7, 8), (3, 4, 1), (1, 1000, 1)])
    func quota(requestsPerMinute: Int, count: Int, share: Int) {
        var options = RequestOptions()
        options.requestsPerMinute = requestsPerMinute
        options.timeout = 7
        options.endpoints.search = "https://search.example.com"
        let shared = options.shared(among: count)
        #expect(shared.requestsPerMinute == share)
        #expect(shared.timeout == 7)
        #expect(shared.endpoints == options.endpoints)
    }

    @Test("Durations of a collection stay within a second and a hundred years, however they are set")
    func bounds() {
        var settings = CollectionSettings()
        settings.interval = 0
        settings.settleDelay = -1
        settings.horizon = .max
        #expect(settings.interval == 1)
        #expect(settings.settleDelay == 0)
        #expect(settings.horizon == 36_525 * 86_400)
    }

    @Test("A limit of a contract is found by its name")
    func contract() {
        var contract = Contract(searchRequestsPerMonth: 1, records: 2, maxQPS: 3)
        contract.recommendRequestsPerMonth = 4
        contract.searchRequestsPerYear = 5
        contract.recordsPerYear = 6
        #expect(ContractLimit.allCases.map { contract[$0] } == [1, 2, 3, 4, nil, nil])
        contract.start = 20_000
        #expect(ContractLimit.allCases.map { contract[$0] } == [1, 2, 3, 4, 5, 6])
        #expect(
            ContractLimit.allCases.map(\.rawValue) == [
                "search_requests_per_month", "records", "max_qps", "recommend_requests_per_month",
                "search_requests_per_year", "records_per_year",
            ])
        #expect(ContractLimit.allCases.allSatisfy { Contract()[$0] == nil })
    }
}
