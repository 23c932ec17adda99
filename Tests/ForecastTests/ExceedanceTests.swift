import Testing

@testable import Forecast

@Suite struct ExceedanceTests {
    private let bounds = ForecastPoint.Bounds(lower80: 90, upper80: 110, lower95: 80, upper95: 130)

    @Test(arguments: [(100.0, 0.5), (110, 0.1), (130, 0.025), (90, 0.9), (80, 0.975)])
    func `is what the intervals say at their ends`(threshold: Double, probability: Double) {
        #expect(abs(bounds.exceedance(of: threshold, mean: 100) - probability) < 1e-4)
    }

    @Test func `never rises with the threshold and stays a probability`() {
        let all = stride(from: 0.0, through: 300, by: 1).map { bounds.exceedance(of: $0, mean: 100) }
        #expect(all == all.sorted(by: >))
        #expect(all.allSatisfy { (0...1).contains($0) })
    }

    @Test func `of an interval without width is certainty, with one edge without width a probability`() {
        let certain = ForecastPoint.Bounds(lower80: 5, upper80: 5, lower95: 5, upper95: 5)
        #expect(certain.exceedance(of: 5, mean: 5) == 0)
        #expect(certain.exceedance(of: 4.9, mean: 5) == 1)
        let half = ForecastPoint.Bounds(lower80: 5, upper80: 6, lower95: 5, upper95: 7)
        for threshold in [4.0, 5, 5.5, 6, 6.5, 7, 9] {
            #expect((0...1).contains(half.exceedance(of: threshold, mean: 5)))
        }
        #expect(half.exceedance(of: 4, mean: 5) == 1)
    }
}
