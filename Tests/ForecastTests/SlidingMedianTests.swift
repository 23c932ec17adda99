import TestSupport
import Testing

@testable import Forecast

@Suite struct SlidingMedianTests {
    @Test(arguments: [1, 2, 14])
    func `medians are those of the values around each one`(reach: Int) {
        let values = (0..<100).map { day in day % 11 == 3 ? nil : (noise(day) * 10).rounded() }
        let medians = SlidingMedian.medians(values, reach: reach, fewest: 2)
        for index in values.indices {
            let around = values[max(0, index - reach)..<min(values.count, index + reach + 1)].compactMap(\.self)
            #expect(medians[index] == (around.count < 2 ? nil : RobustStatistics.median(around)))
        }
    }

    @Test func `fewer values than the window are enough`() {
        #expect(SlidingMedian.medians([], reach: 3, fewest: 1).isEmpty)
        #expect(SlidingMedian.medians([5], reach: 3, fewest: 1) == [5])
        #expect(SlidingMedian.medians([5, nil, 7], reach: 3, fewest: 1) == [6, 6, 6])
        #expect(SlidingMedian.medians([nil, nil], reach: 3, fewest: 0) == [nil, nil])
    }
}
