import TestSupport
import Testing

@testable import Forecast

@Suite struct `A pause of zeros` {
    private static let week = [120.0, 115, 110, 112, 130, 60, 50]

    private func series(_ isZero: (Int) -> Bool) -> DailySeries {
        let values = (0..<365).map { isZero($0) ? 0 : Self.week[$0 % 7] * (10 + noise($0)) }
        return DailySeries(firstDay: 20_000, values: values)
    }

    @Test(arguments: [300..<307, 300..<358, 340..<364])
    func `is a gap when it is over`(pause: Range<Int>) throws {
        let pausing = series { pause.contains($0) || $0 % 7 == 5 }
        var missing = series { $0 % 7 == 5 }
        for day in pause { missing.values[day] = nil }
        // The closed Saturdays around a pause belong to it.
        let days = missing.values.indices.filter { pausing.withoutPauses.values[$0] != missing.values[$0] }
        #expect(days.allSatisfy { $0 % 7 == 5 && (pause.lowerBound - 1...pause.upperBound).contains($0) })
        let zeros = try Forecast(pausing, horizon: 28)
        for (number, point) in zeros.points.enumerated() where (365 + number) % 7 != 5 {
            let usual = Self.week[(365 + number) % 7] * 10
            #expect(abs(point.mean / usual - 1) < 0.1)
        }
    }

    @Test func `that goes on stays zero`() throws {
        let pausing = series { $0 >= 325 }
        #expect(pausing.withoutPauses == pausing)
        #expect(try Forecast(pausing, horizon: 28).points.allSatisfy { $0.mean < 10 })
    }

    private static let usual: [@Sendable (Int) -> Bool] = [
        { $0 % 7 > 4 }, { $0 / 14 % 2 == 0 }, { noise($0) < 0.8 }, { $0 < 50 }, { (300..<306).contains($0) },
        { (300..<361).contains($0) }, { _ in true }, { _ in false },
    ]

    @Test(arguments: usual.indices)
    func `is none where zeros are usual, at the start, or for a few days or for long`(kind: Int) {
        let series = series(Self.usual[kind])
        #expect(series.withoutPauses == series)
    }
}
