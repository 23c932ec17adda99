@testable import Capacity
import Forecast
import Foundation
import History
import TestSupport
import Testing
import UsageModel

/// 2026-06-01T00:00:00Z, and the day's number.
private let june: UnixTime = 1_780_272_000
private let juneDay: Int64 = june / 86_400

/// A real history with days and hours of one application.
private struct Stored {
    let folder = TemporaryFolder()
    let history: History

    init() throws { history = try History(path: folder.file("history.db")) }

    func store(
        _ statistic: StatisticName, index: IndexName = "", key: ServerName = "", api: API = .usage,
        _ granularity: Granularity,
        _ range: TimeRange, fetchedAt: UnixTime = june + 400 * 86_400, _ value: (UnixTime) -> Int64?
    ) async throws {
        try await history.register(application: "APP", now: 0)
        let times = stride(from: range.start, to: range.end, by: Int(granularity.seconds))
        let points = times.compactMap { time in value(time).map { Point(time: time, value: .integer($0)) } }
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, key: key, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), api: api, granularity: granularity, range: range,
                statistics: .all, fetchedAt: fetchedAt, settleDelay: 7200))
    }

    func input(_ zone: String = "UTC", days: Range<Int64>? = nil) async throws -> CapacityInput {
        let timeZone = try #require(zone == "UTC" ? .gmt : TimeZone(identifier: zone))
        return try await CapacityReader(history, timeZone: timeZone)
            .input("APP", contract: Contract(), days: days)
    }
}

@Suite struct CapacityReaderTests {
    private let week = TimeRange(june - 7 * 86_400, june)

    @Test func `an empty history has no day`() async throws {
        let stored = try Stored()
        let input = try await stored.input()
        #expect(input.days.isEmpty)
        #expect(input.series.isEmpty)
        let report = CapacityReport(input)
        #expect(report.limits.map(\.exhaustion) == [.unlimited, .unlimited, .unlimited])
    }

    @Test func `days are Algolia's, up to the newest that is settled`() async throws {
        let stored = try Stored()
        // Fetched an hour after the last day ended: it may still change.
        try await stored.store("records", .daily, week, fetchedAt: june + 3600) { ($0 - week.start) / 86_400 }
        let input = try await stored.input()
        #expect(input.days == juneDay - 7..<juneDay - 1)
        #expect(input.series.map(\.key.statistic) == ["records"])
        #expect(input.series[0].days == DailySeries(firstDay: juneDay - 7, values: [0, 1, 2, 3, 4, 5]))
        #expect(input.covered[""]?.ranges.map(\.self) == [juneDay - 7..<juneDay - 1])
        #expect(input.timeZone == "UTC")
    }

    @Test func `a range cuts days off, and what was not stored is not invented`() async throws {
        let stored = try Stored()
        try await stored.store("records", .daily, week) { _ in 1 }
        let middle = try await stored.input(days: juneDay - 5..<juneDay - 2)
        #expect(middle.days == juneDay - 5..<juneDay - 2)
        #expect(middle.series[0].days.values.count == 3)
        let beyond = try await stored.input(days: 0..<juneDay + 1000)
        #expect(beyond.days == juneDay - 7..<juneDay)
        let before = try await stored.input(days: 0..<10)
        #expect(before.days.isEmpty)
        #expect(before.series.isEmpty)
    }

    @Test func `of indices it reads what indices are judged by, of the application everything`() async throws {
        let stored = try Stored()
        for index in ["", "products", #"a "b" <c>"#] as [IndexName] {
            for statistic in ["total_search_requests", "records", "avg_processing_time"] as [StatisticName] {
                try await stored.store(statistic, index: index, .daily, week) { _ in 5 }
            }
        }
        let input = try await stored.input()
        #expect(input.indices == [#"a "b" <c>"#, "products"])
        #expect(input.days("avg_processing_time") != nil)
        let names = Set(input.series.filter { $0.key.index == "products" }.map(\.key.statistic))
        #expect(names == ["billed_search_requests", "total_search_requests", "records"])
    }

    @Test func `a zone's days are made of its hours, and of Algolia's days before there were hours`() async throws {
        let stored = try Stored()
        try await stored.store("total_search_requests", .daily, week) { _ in 1000 }
        // Hours of the last three days of UTC, each worth one.
        let hours = TimeRange(june - 3 * 86_400, june)
        try await stored.store("total_search_requests", .hourly, hours) { _ in 1 }
        // In Berlin, two hours ahead, two whole days are made of hours; the day before begins too early.
        let input = try await stored.input("Europe/Berlin")
        #expect(input.timeZone == "Europe/Berlin")
        #expect(input.days.upperBound == juneDay)
        let days = try #require(input.days("total_search_requests"))
        #expect(days.values == [1000, 1000, 1000, 1000, 1000, 24, 24])
    }

    @Test func `a zone's day has 23 or 25 hours when its clocks change`() async throws {
        let stored = try Stored()
        // 2026-03-29, the first of 23 hours in Berlin; 2026-10-25 has 25.
        for (day, hours) in [(Int64(20_541), 23.0), (20_751, 25)] {
            let range = TimeRange((day - 2) * 86_400, (day + 3) * 86_400)
            try await stored.store("total_search_requests", .hourly, range, fetchedAt: range.end + 86_400) { _ in 1 }
            let input = try await stored.input("Europe/Berlin")
            let days = try #require(input.days("total_search_requests"))
            #expect(days.values(in: day..<day + 1).map(\.value) == [hours])
            #expect(days.values(in: day + 1..<day + 2).map(\.value) == [24])
        }
    }

    @Test func `servers have days made of their hours`() async throws {
        let stored = try Stored()
        try await stored.store("records", .daily, week) { _ in 1 }
        let points = (0..<48).map { Point(time: june - 2 * 86_400 + $0 * 3600, value: .integer(80 - $0 % 2 * 20)) }
        try await stored.history.fill(
            [SeriesPoints(statistic: "cpu_usage", key: "c1-de-1", points: points)], application: "APP",
            api: .monitoring, granularity: .hourly)
        let input = try await stored.input()
        let cpu = try #require(input.series.first { $0.key.statistic == "cpu_usage" })
        #expect(cpu.key.key == "c1-de-1")
        #expect(cpu.days == DailySeries(firstDay: juneDay - 2, values: [70, 70]))
        #expect(CapacityReport(input).servers.map(\.server) == ["c1-de-1"])
    }

    @Test(arguments: [nil, "Europe/Berlin"]) func `a day of a server that lacks hours is left out`(zone: String?)
        async throws
    {
        let stored = try Stored()
        try await stored.store("records", .daily, week) { _ in 1 }
        if zone != nil { try await stored.store("records", .hourly, week) { _ in 1 } }
        // From noon of the first day on; another server is there for an hour of each later day.
        let noon = june - 3 * 86_400 + 12 * 3600
        let points = (0..<(60 as Int64)).map { Point(time: noon + $0 * 3600, value: .integer($0 < 8 ? 0 : 80)) }
        let short = [1, 2].map { Point(time: june - 3 * 86_400 + $0 * 86_400 + 7200, value: .integer(40)) }
        try await stored.history.fill(
            [
                SeriesPoints(statistic: "cpu_usage", key: "c1-de-1", points: points),
                SeriesPoints(statistic: "cpu_usage", key: "c1-de-2", points: short),
            ], application: "APP", api: .monitoring, granularity: .hourly)
        let input = try await stored.input(zone ?? "UTC")
        let servers = input.series.filter { $0.key.statistic == "cpu_usage" }.map(\.days)
        #expect(
            servers == [
                DailySeries(firstDay: juneDay - 2, values: [80, 80]),
                DailySeries(firstDay: juneDay - 2, values: [40, 40]),
            ])
    }

    @Test func `the same file and range give the same report`() async throws {
        let world = World()
        let history = try world.openHistory()
        _ = try await world.settle(try world.collector(history))
        let reader = CapacityReader(history)
        let contract = Contract(searchRequestsPerMonth: 1e8, records: 1e7, maxQPS: 300)
        let first = try await reader.input("APP", contract: contract, days: nil)
        let second = try await reader.input("APP", contract: contract, days: nil)
        #expect(first.days.count >= 360)
        #expect(first.days == second.days)
        #expect(first.series.map(\.key) == second.series.map(\.key))
        #expect(first.series.map(\.days) == second.series.map(\.days))
        let limits = CapacityReport(first).limits
        #expect(limits.map(\.projection) == CapacityReport(second).limits.map(\.projection))
        #expect(limits.allSatisfy { $0.projection != nil })
    }

    /// A list a day at ten o'clock, of `a` with a record more each day and of its replica.
    private func store(lists days: Range<Int64>, in stored: Stored) async throws {
        try await stored.history.register(application: "APP", now: 0)
        for day in days {
            var index = ListedIndex("a")
            index.entries = .integer(1000 + day - days.lowerBound)
            var replica = ListedIndex("a_asc")
            replica.primary = "a"
            replica.entries = index.entries
            _ = try await stored.history.store(
                IndexSnapshot(
                    application: "APP", indices: [index, replica], isWhole: true, collected: ["a"],
                    time: day * 86_400 + 36_000))
        }
    }

    @Test func `without usage the records are those of the list of indices, and nothing is covered`() async throws {
        let stored = try Stored()
        try await store(lists: juneDay - 200..<juneDay + 1, in: stored)
        let input = try await stored.input()
        #expect(!input.hasUsage)
        #expect(input.days == juneDay - 200..<juneDay, "the day of the newest list is not over")
        #expect(input.series.map(\.key.statistic) == ["records", "records"])
        #expect(input.series.map(\.key.index) == ["", "a"])
        #expect(input.days("records")?.newest?.value == 2398)
        #expect(input.coverage(of: "") == 0)
        let newest = try await CapacityReader(stored.history).newestDayEnd("APP")
        #expect(newest == juneDay)
        let report = CapacityReport(input)
        #expect(report.inventory?.indices == 2 && report.inventory?.replicaRecords == 1200)
        let records = try #require(report.limits.first { $0.limit == .records })
        #expect(records.used != nil && (try? records.series.forecast.get()) != nil)
        #expect(report.limits.first { $0.limit == .searchRequestsPerMonth }?.used == nil)
        #expect(report.indices.growingRecords.map(\.index) == ["a"])
        #expect(report.indices.growingRecords.first?.recordsGrowth == 28)
        #expect(report.indices.unsearched.isEmpty, "searches are not known")
        #expect(report.indices.usage.allSatisfy { $0.searches == nil && $0.coverage == 0 })
    }

    @Test func `the first list makes an inventory, though no day is over`() async throws {
        let stored = try Stored()
        try await store(lists: juneDay..<juneDay + 1, in: stored)
        let report = CapacityReport(try await stored.input())
        #expect(report.days.isEmpty && !report.hasUsage && report.inventory?.indices == 2)
    }

    @Test func `with usage the records are the Usage API's`() async throws {
        let stored = try Stored()
        try await stored.store("records", .daily, week) { _ in 7 }
        try await store(lists: juneDay - 30..<juneDay + 1, in: stored)
        let input = try await stored.input()
        #expect(input.hasUsage && input.days("records")?.newest?.value == 7)
        #expect(input.series.count == 1)
        #expect(input.inventory?.indices.count == 2)
    }
}
