import Forecast
import Foundation
import TestSupport
import Testing

/// What holds for every forecast, whatever the series was.
@Suite struct `Intervals are bounded by what the series has shown` {
    private static let week = [120.0, 115, 110, 112, 130, 60, 50]

    private static func noisy(_ day: Int, _ spread: Double, _ seed: UInt64) -> Double {
        week[day % 7] * 100 * exp(noise(day, seed: seed) * spread)
    }

    /// The value of a day, by the days that there are and a seed.
    private static let shapes: [(name: String, value: @Sendable (Int, Int, UInt64) -> Double)] = [
        ("weeks", { day, _, seed in noisy(day, 0.3, seed) }),
        ("growth", { day, _, seed in noisy(day, 0.2, seed) * exp(Double(day) / 200) }),
        ("growth by a line", { day, _, seed in noisy(day, 0.05, seed) * (1 + Double(day) / 100) }),
        ("a decline", { day, _, seed in noisy(day, 0.2, seed) * exp(-Double(day) / 100) }),
        ("spikes", { day, _, seed in noisy(day, 0.2, seed) * (noise(day, seed: seed + 1) > 0.95 ? 15 : 1) }),
        ("a pause", { day, days, seed in (days - 90..<days - 60).contains(day) ? 0 : noisy(day, 0.2, seed) }),
        (
            "a pause that has just ended",
            { day, days, seed in
                (days - 25..<days - 3).contains(day) ? 0 : noisy(day, 0.2, seed)
            }
        ),
        ("a pause that goes on", { day, days, seed in day >= days - 20 ? 0 : noisy(day, 0.2, seed) }),
        ("pauses of every year", { day, _, seed in (200..<230).contains(day % 365) ? 0 : noisy(day, 0.2, seed) }),
        ("closed Saturdays", { day, _, seed in day % 7 == 5 ? 0 : noisy(day, 0.2, seed) }),
        ("open Saturdays only", { day, _, seed in day % 7 == 5 ? noisy(day, 0.2, seed) : 0 }),
        ("a season", { day, _, seed in noisy(day, 0.2, seed) * (1 + 0.8 * sin(Double(day) / 58)) }),
        ("a step", { day, days, seed in noisy(day, 0.1, seed) * (day < days - 50 ? 1 : 8) }),
        ("a start", { day, days, seed in day < days - 40 ? 0 : noisy(day, 0.2, seed) }),
        ("counts", { day, _, seed in max(noise(day, seed: seed) * 3, 0).rounded() }),
        ("rare events", { day, _, seed in noise(day, seed: seed) > 0.9 ? 1000 : 0 }),
    ]

    private static let cases = shapes.indices.flatMap { shape in [365, 800].map { (shape, $0) } }

    private func ordered(_ outlook: Outlook) -> Bool {
        let bounds = outlook.bounds
        let values = [0, bounds.lower95, bounds.lower80, outlook.mean, bounds.upper80, bounds.upper95]
        return values.allSatisfy(\.isFinite) && values == values.sorted()
    }

    @Test(arguments: cases)
    func `a point is within its intervals, and no end is above ten times the highest day`(
        shape: Int, days: Int
    ) throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let values = (0..<days).map { Self.shapes[shape].value($0, days, seed) }
            let highest = try #require(values.suffix(730).max())
            let forecaster = try Forecaster(DailySeries(firstDay: 20_000, values: values))
            for point in forecaster.forecast.points {
                #expect(ordered(Outlook(mean: point.mean, bounds: point.bounds)), "\(Self.shapes[shape].name)")
                #expect(point.bounds.upper95 <= highest * 10, "\(Self.shapes[shape].name)")
            }
            for days in [0..<1, 0..<28, 3..<30, 0..<366, 365..<366] {
                let sum = forecaster.together(.sum, of: days)
                #expect(ordered(sum) && sum.bounds.upper95 <= highest * 10 * Double(days.count))
                let maximum = forecaster.together(.maximum, of: days)
                #expect(ordered(maximum) && maximum.bounds.upper95 <= highest * 10)
            }
        }
    }

    /// The largest upper end of the next 28 days, in multiples of the highest day.
    private func reach(_ value: (Int) -> Double) throws -> Double {
        let values = (0..<365).map(value)
        let highest = try #require(values.max())
        let points = try Forecast(DailySeries(firstDay: 20_000, values: values), horizon: 28).points
        return points.reduce(0) { max($0, $1.bounds.upper95) } / highest
    }

    @Test(arguments: [10, 40, 120, 200])
    func `a pause of zero days does not explode`(end: Int) throws {
        #expect(try reach { (365 - end - 14..<365 - end).contains($0) ? 0 : Self.noisy($0, 0.2, 1) } < 2)
    }

    @Test func `closed Saturdays stay low, and the other days usual`() throws {
        func day(_ number: Int) -> Double { number % 7 == 5 ? 0 : Self.noisy(number, 0.2, 1) }
        #expect(try reach(day) < 1.5)
        let points = try Forecast(
            DailySeries(firstDay: 20_000, values: (0..<365).map(day)), horizon: 28
        ).points
        for (number, point) in points.enumerated() where (365 + number) % 7 == 5 {
            #expect(point.bounds.upper95 < 0.1 * Self.week[0] * 100)
        }
    }

    @Test func `a daily mean is above its lower end, however long it has been too low`() throws {
        let values = (0..<365).map { Self.noisy($0, 0.02, 1) * exp(Double($0 * $0) / 60_000) }
        let points = try Forecast(DailySeries(firstDay: 20_000, values: values), horizon: 90).points
        for point in points {
            #expect(point.bounds.lower80 < point.mean * 0.999)
            #expect(point.bounds.upper80 > point.mean * 1.001)
        }
    }

    /// Finite values that nobody counts.
    private static let extremes: [@Sendable (Int) -> Double] = [
        { _ in .greatestFiniteMagnitude }, { day in day.isMultiple(of: 2) ? 1e308 : -1e308 }, { _ in -5 },
        { day in -1e307 * Double(day % 7) }, { day in day == 250 ? 1e308 : 0 }, { day in day == 364 ? 1e308 : 1 },
        { _ in .leastNonzeroMagnitude }, { day in day.isMultiple(of: 50) ? 1e300 : 1e-300 }, { _ in 0 }, { _ in 42 },
    ]

    @Test(arguments: extremes.indices)
    func `any finite value gives numbers`(kind: Int) throws {
        for days in [126, 365, 1000] {
            let series = DailySeries(firstDay: 20_000, values: (0..<days).map(Self.extremes[kind]))
            let forecaster = try Forecaster(series)
            for point in forecaster.forecast.points {
                #expect(ordered(Outlook(mean: point.mean, bounds: point.bounds)))
            }
            #expect(ordered(forecaster.together(.sum, of: 0..<366)))
            #expect(ordered(forecaster.together(.maximum, of: 0..<366)))
            let backtest = forecaster.forecast.backtest
            #expect([backtest.mase ?? 0, backtest.coverage80, backtest.coverage95].allSatisfy { $0.isFinite })
            let change = RobustTrend.changePer30Days(series, before: series.endDay)
            #expect(change?.isFinite != false)
            let usual = try #require(UsualDays(series))
            #expect((usual.expected + usual.deviations).allSatisfy { $0?.isFinite != false })
        }
    }
}
