import Forecast
import Foundation
import TestSupport
import Testing

/// A year of days made by `value`.
private func series(days: Int = 365, _ value: (Int) -> Double?) -> DailySeries {
    DailySeries(firstDay: 20_000, values: (0..<days).map(value))
}

@Suite struct ForecastTests {
    private let week = [120.0, 115, 110, 112, 130, 60, 50]

    @Test func `weekdays come back`() throws {
        let forecast = try Forecast(series { week[$0 % 7] }, horizon: 28)
        #expect(forecast.points.count == 28)
        #expect(forecast.points[0].day == 20_365)
        for (number, point) in forecast.points.enumerated() {
            let expected = week[(365 + number) % 7]
            #expect(abs(point.mean - expected) < expected * 0.001)
        }
    }

    @Test func `a constant stays what it is, without an interval`() throws {
        let forecast = try Forecast(series { _ in 42 }, horizon: 366)
        #expect(forecast.points.count == 366)
        #expect(forecast.backtest.mase == nil)
        for point in forecast.points {
            #expect(abs(point.mean - 42) < 1e-6)
            #expect(abs(point.bounds.lower95 - 42) < 1e-6)
            #expect(abs(point.bounds.upper95 - 42) < 1e-6)
        }
    }

    @Test func `nothing but zeros stays zero`() throws {
        let forecast = try Forecast(series { _ in 0 }, horizon: 90)
        #expect(forecast.points.allSatisfy { $0.mean == 0 && $0.bounds.upper95 == 0 && $0.bounds.lower95 == 0 })
    }

    @Test func `intervals hold the forecast, contain each other, and do not get narrower`() throws {
        let forecast = try Forecast(series { week[$0 % 7] * (10 + noise($0)) }, horizon: 366)
        for point in forecast.points {
            let bounds = point.bounds
            #expect(bounds.lower95 <= bounds.lower80 && bounds.lower80 <= point.mean)
            #expect(point.mean <= bounds.upper80 && bounds.upper80 <= bounds.upper95)
        }
        func width(_ day: Int) -> Double {
            let point = forecast.points[day]
            return (point.bounds.upper80 - point.bounds.lower80) / point.mean
        }
        #expect(width(363) >= width(20) * 2)
        #expect(forecast.backtest.origins == 20)
        #expect((0.6...0.98).contains(forecast.backtest.coverage80))
        #expect(forecast.backtest.coverage95 >= forecast.backtest.coverage80)
    }

    @Test func `outliers do not become the level, not even the newest day`() throws {
        let plain = try Forecast(series { week[$0 % 7] * (10 + noise($0)) }, horizon: 7)
        let disturbed = try Forecast(
            series { week[$0 % 7] * (10 + noise($0)) * ([200, 300, 358, 364].contains($0) ? 20 : 1) }, horizon: 7)
        for (one, other) in zip(plain.points, disturbed.points) {
            #expect(abs(one.mean - other.mean) < one.mean * 0.06)
        }
    }

    @Test func `a gap of months changes little`() throws {
        let plain = try Forecast(series { week[$0 % 7] * (10 + noise($0)) }, horizon: 28)
        let gap = try Forecast(
            series { (150..<240).contains($0) ? nil : week[$0 % 7] * (10 + noise($0)) }, horizon: 28)
        for (one, other) in zip(plain.points, gap.points) { #expect(abs(one.mean - other.mean) < one.mean * 0.05) }
    }

    @Test func `a new level is followed within weeks`() throws {
        let forecast = try Forecast(series { week[$0 % 7] * ($0 < 330 ? 10 : 20) * (1 + noise($0) / 20) }, horizon: 7)
        for (number, point) in forecast.points.enumerated() {
            let expected = week[(365 + number) % 7] * 20
            #expect(abs(point.mean - expected) < expected * 0.15)
        }
    }

    @Test func `a step two months ago is the new level, and no growth`() throws {
        let forecast = try Forecast(series { week[$0 % 7] * ($0 < 305 ? 10 : 25) * (1 + noise($0) / 20) }, horizon: 84)
        for (number, point) in forecast.points.enumerated() {
            let expected = week[(365 + number) % 7] * 25
            #expect(abs(point.mean - expected) < expected * 0.15)
        }
        let sum = forecast.points.reduce(0) { $0 + $1.mean }
        let expected = week.reduce(0, +) * 12 * 25
        #expect(abs(sum - expected) < expected * 0.05)
    }

    @Test func `a steep rise of four weeks does not go on for a year`() throws {
        let forecast = try Forecast(
            series { day in 1000 * (1 + Double(max(day - 337, 0)) / 28 * 2) * (1 + noise(day) / 50) }, horizon: 366)
        let highest = try #require(forecast.points.map(\.mean).max())
        // As steep as that it would be thirty times as much.
        #expect(highest < 3000 * 2)
        #expect(forecast.points[365].mean > 2000)
    }

    @Test func `three years with a season forecast the next one`() throws {
        func season(_ day: Int) -> Double { 1 + 0.6 * sin(2 * .pi * Double(day) / 365.25) }
        let days = 3 * 365 + 180
        let forecast = try Forecast(
            series(days: days) { week[$0 % 7] * 10 * season($0) * (1 + noise($0) / 20) }, horizon: 180)
        #expect(forecast.method == .yearlySeason)
        var error = 0.0
        var errorOfLastWeek = 0.0
        for (number, point) in forecast.points.enumerated() {
            let day = days + number
            let expected = week[day % 7] * 10 * season(day)
            error += abs(point.mean - expected)
            errorOfLastWeek += abs(week[day % 7] * 10 * season(days) - expected)
        }
        #expect(error < errorOfLastWeek / 3)
    }

    @Test func `without a season of the year none is made up`() throws {
        let forecast = try Forecast(series(days: 900) { week[$0 % 7] * (10 + noise($0)) }, horizon: 366)
        for point in forecast.points {
            let expected = week[Int(point.day - 20_000) % 7] * 10
            #expect(abs(point.mean - expected) < expected * 0.1)
        }
    }

    @Test func `a leap day is a day as any other`() throws {
        // Two years from 2026-02-19 on; 2028-02-29 is the eleventh day of the forecast.
        let past = DailySeries(firstDay: 20_503, values: (0..<730).map { week[$0 % 7] })
        let forecast = try Forecast(past, horizon: 366)
        #expect(forecast.points.map(\.day) == Array(21_233..<21_599))
        for point in forecast.points {
            let expected = week[Int(point.day - 20_503) % 7]
            #expect(abs(point.mean - expected) < expected * 0.001)
        }
    }

    @Test func `growth goes on, and fades`() throws {
        let forecast = try Forecast(series { 1000 * pow(1.003, Double($0)) * (1 + noise($0) / 50) }, horizon: 366)
        let now = 1000 * pow(1.003, 365.0)
        #expect(forecast.points[27].mean > now)
        #expect(forecast.points[365].mean < now * 2)
    }

    @Test func `the same series gives the same bits`() throws {
        let random = series { week[$0 % 7] * (10 + noise($0)) }
        let once = try Forecast(random, horizon: 90)
        let again = try Forecast(random, horizon: 90)
        #expect(once == again)
    }

    @Test func `days that are not reported yet are forecast, too`() throws {
        var late = series { week[$0 % 7] }
        late.values += [nil, nil, nil]
        let forecast = try Forecast(late, horizon: 7)
        #expect(forecast.points.map(\.day) == Array(20_368..<20_375))
        for point in forecast.points {
            let expected = week[Int(point.day - 20_000) % 7]
            #expect(abs(point.mean - expected) < expected * 0.001)
        }
    }

    @Test func `what says nothing is refused with the reason`() {
        #expect(throws: ForecastFailure.empty) { try Forecast(series { _ in nil }, horizon: 7) }
        #expect(throws: ForecastFailure.empty) { try Forecast(series(days: 0) { _ in 1 }, horizon: 7) }
        #expect(throws: ForecastFailure.tooShort(days: 1, needed: 126)) {
            try Forecast(series(days: 1) { _ in 1 }, horizon: 7)
        }
        #expect(throws: ForecastFailure.tooShort(days: 125, needed: 126)) {
            try Forecast(series(days: 125) { _ in 1 }, horizon: 7)
        }
        #expect(throws: ForecastFailure.ended(day: 20_351)) {
            try Forecast(series { $0 < 351 ? 5 : nil }, horizon: 7)
        }
        #expect(throws: ForecastFailure.ended(day: 20_200)) {
            try Forecast(series { $0 < 200 ? 5 : nil }, horizon: 7)
        }
    }

    @Test func `126 days are enough, and so is a last value of thirteen days ago`() throws {
        #expect(try Forecast(series(days: 126) { _ in 1 }, horizon: 7).points.count == 7)
        let late = try Forecast(series { $0 < 352 ? 5 : nil }, horizon: 7)
        #expect(late.points.map(\.day) == Array(20_365..<20_372))
    }

    /// Of rare events, of a fall to nothing, of a rise from nothing, and of one day only.
    private static let counts: [@Sendable (Int) -> Double] = [
        { noise($0) > 0.8 ? (noise($0, seed: 2) + 1) * 10 : 0 },
        { max(0, 1000 - Double($0) * 3 + noise($0) * 50) },
        { $0 < 300 ? 0 : Double($0 - 300) * 1000 },
        { $0 == 200 ? 1e9 : 0 },
    ]

    @Test(arguments: 0..<4)
    func `counts are forecast as counts: numbers, in order, and not below zero`(kind: Int) throws {
        let forecast = try Forecast(series { Self.counts[kind]($0) }, horizon: 366)
        for point in forecast.points {
            let bounds = point.bounds
            let values = [bounds.lower95, bounds.lower80, point.mean, bounds.upper80, bounds.upper95]
            #expect(values.allSatisfy { $0.isFinite && $0 >= 0 })
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 * (1 + 1e-9) + 1e-9 })
        }
    }

    @Test func `days that err by themselves have narrower intervals than a level that wanders`() throws {
        var level = 0.0
        let wandering = (0..<365).map { day -> Double? in
            level += noise(day)
            return 1000 + level * 20
        }
        let steady = try Forecast(series { 1000 + noise($0) * 50 }, horizon: 28)
        // Uniform noise is within ±40 in 80 of 100 cases, and within ±47.5 in 95.
        for point in steady.points {
            #expect((60...110).contains(point.bounds.upper80 - point.bounds.lower80))
            #expect((85...145).contains(point.bounds.upper95 - point.bounds.lower95))
        }
        let forecast = try Forecast(DailySeries(firstDay: 0, values: wandering), horizon: 28)
        let last = try #require(forecast.points.last)
        #expect(last.bounds.upper95 - last.bounds.lower95 > 145)
    }

    @Test(arguments: [1e-9, 1, 1e6, 1e15, 1e300])
    func `any magnitude gives numbers`(magnitude: Double) throws {
        let forecast = try Forecast(series { magnitude * week[$0 % 7] * (10 + noise($0)) }, horizon: 366)
        for point in forecast.points {
            let bounds = point.bounds
            for value in [point.mean, bounds.lower80, bounds.upper80, bounds.lower95, bounds.upper95] {
                #expect(value.isFinite)
            }
        }
    }
}
