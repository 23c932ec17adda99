import Capacity
import Forecast
import Foundation
import History
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("/api/v1/forecast")
struct ForecastRouteTests {
    /// So many days up to the newest that is final at noon of ``midnight``'s day.
    private func days(_ count: Int, _ value: (Int) -> Int64) -> [Point] {
        (0..<count).map { Point(time: midnight - Int64(count - $0) * 86_400, value: .integer(value($0))) }
    }

    private let week: [Int64] = [120_000, 115_000, 110_000, 112_000, 130_000, 60_000, 50_000]

    @Test("Has a mean and two intervals for each day, what the method is, and what it has been worth")
    func forecast() async throws {
        let site = try Site(now: midnight + 43_200)
        try await site.store(
            "total_search_requests", granularity: .daily, days(365) { week[$0 % 7] + Int64($0 * 37 % 101) * 20 })
        try await withServer(site.exporter) { web in
            let answer = try await web.get(
                "/api/v1/forecast", ["statistic": "total_search_requests", "horizon": "30d"])
            #expect(answer.status == 200, "\(answer.text)")
            let series = try answer.json().series()[0]
            #expect(series["application"] == .string("APP"))
            #expect(series["index"] == .null)
            #expect(series["statistic"] == .string("total_search_requests"))
            #expect(series["method"] == .string("combination"))
            let backtest = try #require(series["backtest"]?.object)
            #expect(try #require(backtest["mase"]?.number?.double) < 1)
            #expect((0.5...1).contains(try #require(backtest["coverage80"]?.number?.double)))
            #expect((0.7...1).contains(try #require(backtest["coverage95"]?.number?.double)))
            #expect(backtest["origins"]?.number?.double == 20)
            guard case .array(let points)? = series["points"] else {
                Issue.record("no points")
                return
            }
            #expect(points.count == 30)
            for (day, point) in points.enumerated() {
                guard case .array(let cells) = point else {
                    Issue.record("no array")
                    return
                }
                let numbers = cells.compactMap(\.number?.double)
                #expect(numbers.count == 6)
                #expect(numbers[0] == Double((midnight + Int64(day) * 86_400) * 1000))
                #expect(abs(numbers[1] / Double(week[(365 + day) % 7] + 1000) - 1) < 0.05)
                #expect(numbers[4] <= numbers[2] && numbers[2] <= numbers[1])
                #expect(numbers[1] <= numbers[3] && numbers[3] <= numbers[5])
            }
        }
    }

    @Test("A configured event is expected with its past effect, in the forecast and in a new report")
    func events() async throws {
        let site = try Site(now: midnight + 43_200)
        let end = midnight / 86_400
        try await site.store(
            "billed_search_requests", granularity: .daily, days(365) { week[$0 % 7] * ($0 == 300 ? 4 : 1) })
        let calendar = Mutex(EventCalendar())
        let planning = CapacityCache.Planning(events: { calendar.withLock(\.self) })
        let exporter = site.exporter(planning: planning) { [] }
        try await withServer(exporter) { web in
            func mean(_ day: Int) async throws -> Double {
                let answer = try await web.get(
                    "/api/v1/forecast", ["statistic": "billed_search_requests", "horizon": "30d"])
                guard case .array(let points)? = try answer.json().series()[0]["points"],
                    case .array(let cells) = points[day], let mean = cells[1].number?.double
                else {
                    Issue.record("no points")
                    return 0
                }
                return mean
            }
            let plain = try await mean(5)
            #expect(try await exporter.capacity.report("APP").unusualDays.map(\.event) == [nil])
            calendar.withLock { calendar in
                for day in [end - 65, end + 5] { calendar.add("sale", day...day) }
            }
            let expected = try await mean(5)
            #expect(abs(expected / plain - 4) < 0.2)
            #expect(try await exporter.capacity.report("APP").unusualDays.map(\.event) == ["sale"])
        }
    }

    @Test("A series that says too little gets the reason and no points")
    func tooShort() async throws {
        let site = try Site(now: midnight + 43_200)
        try await site.store("records", granularity: .daily, days(20) { _ in 7 })
        try await site.store("records", index: "gone", granularity: .daily, days(365) { _ in 7 }.dropLast(40))
        try await withServer(site.exporter) { web in
            let short = try await web.get("/api/v1/forecast", ["statistic": "records"]).json().series()[0]
            #expect(short["method"] == .null)
            #expect(short["points"] == .array([]))
            #expect(short["reason"]?.string?.contains("20 days") == true)
            let gone = try await web.get("/api/v1/forecast", ["statistic": "records", "index": "*"]).json().series()[0]
            #expect(gone["reason"]?.string?.contains("no values since") == true)
            let none = try await web.get("/api/v1/forecast", ["statistic": "max_qps"]).json()
            #expect(try none.series().isEmpty)
        }
    }

    @Test(
        "A wrong parameter is named",
        arguments: [
            ("statistic=records&horizon=soon", "horizon", 400), ("statistic=records&horizon=0d", "horizon", 400),
            ("statistic=records&horizon=367d", "horizon", 400), ("statistic=records&horizon=36h", "horizon", 400),
            ("horizon=30d", "statistic", 400), ("statistic=nope", "statistic", 404),
            ("statistic=records&index=nope", "index", 404), ("statistic=records&step=1d", "step", 400),
        ])
    func wrong(query: String, parameter: String, status: Int) async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let answer = try await web.get("/api/v1/forecast?\(query)")
            try answer.expectProblem(status, parameter: parameter)
        }
    }
}
