import Forecast
import TestSupport
import Testing
import UsageModel

@Suite struct `Events are known to forecasts and usual days` {
    private static let week = [120.0, 115, 110, 112, 130, 60, 50]
    private static let first: Int64 = 20_000

    private func usual(_ day: Int) -> Double { Self.week[day % 7] * (10 + noise(day)) }

    private func series(_ days: Int = 400, _ value: (Int) -> Double?) -> DailySeries {
        DailySeries(firstDay: Self.first, values: (0..<days).map(value))
    }

    /// Named days, counted from the first of the series.
    private func calendar(_ events: [(String, ClosedRange<Int>)]) -> EventCalendar {
        var calendar = EventCalendar()
        for (name, days) in events {
            calendar.add(name, Self.first + Int64(days.lowerBound)...Self.first + Int64(days.upperBound))
        }
        return calendar
    }

    @Test func `a past event changes neither the level nor the weekdays`() throws {
        let sale = 370...397
        let without = try Forecast(series { sale.contains($0) ? nil : usual($0) }, horizon: 28)
        let with = try Forecast(
            series { usual($0) * (sale.contains($0) ? 5 : 1) }, horizon: 28, events: calendar([("sale", sale)]))
        #expect(with.points == without.points)
        #expect(with.backtest == without.backtest)
    }

    @Test func `a future event is expected with the effect of the past ones`() throws {
        let past = series { usual($0) * ([200, 201, 300, 301].contains($0) ? 3 : 1) }
        let events: [(String, ClosedRange<Int>)] = [("sale", 200...201), ("sale", 300...301)]
        let plain = try Forecaster(past, horizon: 28, events: calendar(events))
        let sale = try Forecaster(past, horizon: 28, events: calendar(events + [("sale", 410...411)]))
        for (number, (one, other)) in zip(plain.forecast.points, sale.forecast.points).enumerated() {
            guard (10...11).contains(number) else {
                #expect(one == other)
                continue
            }
            #expect(abs(other.mean / one.mean - 3) < 0.5)
            #expect(other.bounds.lower80 < other.mean && other.mean < other.bounds.upper80)
            #expect(abs(other.bounds.upper95 / one.bounds.upper95 - 3) < 0.5)
        }
        let more = sale.together(.sum, of: 0..<28).mean - plain.together(.sum, of: 0..<28).mean
        let expected = plain.forecast.points[10...11].reduce(0) { $0 + $1.mean } * 2
        #expect(abs(more / expected - 1) < 0.3)
    }

    @Test func `an event that closes the shop is expected to close it again`() throws {
        let past = series { [100, 200, 300].contains($0) ? 0 : usual($0) }
        let holidays = calendar([100, 200, 300, 405].map { ("holiday", $0...$0) })
        let points = try Forecast(past, horizon: 14, events: holidays).points
        #expect(points[5].mean < points[4].mean / 100)
    }

    @Test func `a name without a past changes nothing`() throws {
        let past = series { usual($0) }
        let relaunch = calendar([("relaunch", 405...420)])
        let known = try Forecast(past, horizon: 28, events: relaunch)
        let unknown = try Forecast(past, horizon: 28)
        #expect(known == unknown)
    }

    @Test func `newest days that are events are no silence, and stay in the past as they were`() throws {
        let sale = 380...399
        let past = series { usual($0) * (sale.contains($0) ? 3 : 1) }
        let forecaster = try Forecaster(past, horizon: 14, events: calendar([("sale", sale)]))
        #expect(forecaster.forecast.points.first?.day == past.endDay)
        #expect(forecaster.past == past)
    }

    @Test func `events are no days to learn from`() {
        let events = calendar([("always", 0...299)])
        #expect(throws: ForecastFailure.tooShort(days: 100, needed: 126)) {
            try Forecast(series { usual($0) }, horizon: 14, events: events)
        }
    }

    @Test func `an event beside closed days stays below the ceiling`() throws {
        let past = series { $0 == 300 ? 1e6 : ($0 % 7 == 5 ? 0 : usual($0)) }
        // Day 300 is a closed weekday, day 401 an open one.
        #expect(300 % 7 == 6 && 401 % 7 == 2)
        let zero = series { $0 % 7 == 6 ? ($0 == 300 ? 1e6 : 0) : usual($0) }
        for past in [past, zero] {
            let points = try Forecast(
                past, horizon: 14, events: calendar([("sale", 300...300), ("sale", 401...401)])
            ).points
            #expect(points.allSatisfy { $0.bounds.upper95 <= 1e7 && $0.mean <= $0.bounds.upper80 })
        }
    }

    @Test func `a long event does not become usual`() throws {
        let sale = 200...230
        let past = series { usual($0) * (sale.contains($0) ? 3 : 1) }
        let known = try #require(UsualDays(past, events: calendar([("sale", sale)])))
        let unknown = try #require(UsualDays(past))
        let middle = 215
        let expected = try #require(known.expected[middle])
        #expect(abs(expected / usual(middle) - 1) < 0.15)
        #expect(try #require(known.deviations[middle]) > 5)
        #expect(try #require(unknown.deviations[middle]) < 5)
    }

    @Test func `a day has the first name that it got`() {
        let events = calendar([("sale", 3...5), ("relaunch", 5...6)])
        #expect((2...7).map { events[Self.first + $0] } == [nil, "sale", "sale", "sale", "relaunch", nil])
    }
}
