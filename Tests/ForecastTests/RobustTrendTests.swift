import TestSupport
import Testing

@testable import Forecast

@Suite struct RobustTrendTests {
    private func slope(_ values: [Double?]) -> Double? {
        let series = DailySeries(firstDay: 20_000, values: values)
        return RobustTrend.slope(series.values(in: series.firstDay..<series.endDay))
    }

    @Test func `a line has its slope`() {
        #expect(slope([1, 3, 5, 7]) == 2)
        #expect(slope([7, nil, nil, 1]) == -2)
        #expect(slope([4, 4, 4]) == 0)
    }

    @Test func `a quarter of wild values does not matter`() {
        let slope = slope((0..<40).map { $0 % 4 == 1 ? 1e9 : Double($0) })
        #expect(slope.map { $0 > 0.5 && $0 < 10 } == true)
    }

    @Test(arguments: 2...40)
    func `a slope is the median of all slopes`(days: Int) {
        let values = (0..<days).map { (noise($0, seed: UInt64(days)) * 5).rounded() }
        var slopes: [Double] = []
        for first in 0..<days {
            for second in first + 1..<days { slopes.append((values[second] - values[first]) / Double(second - first)) }
        }
        #expect(slope(values) == RobustStatistics.median(slopes))
    }

    @Test func `a line takes two points`() {
        #expect(slope([]) == nil)
        #expect(slope([1]) == nil)
        #expect(slope([1, nil, nil]) == nil)
    }
}
