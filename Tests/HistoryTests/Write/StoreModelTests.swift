import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Storing, against a naive model")
struct StoreModelTests {
    /// Every point of every series that was stored under one of the random answers' names.
    private func contents(_ history: History) async throws -> [HistoryModel.Track: [UnixTime: PointValue]] {
        var all: [HistoryModel.Track: [UnixTime: PointValue]] = [:]
        let series = try await history.storedSeries().filter { RandomAnswers.statistics.contains($0.key.statistic) }
        for granularity in Granularity.allCases {
            let slices = series.map { SeriesSlice(series: $0.id, granularity: granularity, range: TimeRange(0, .max)) }
            var position: PointBatch.Position? = .start
            while let start = position {
                let batch = try await history.points(of: slices, from: start, limit: 500)
                for run in batch.runs {
                    let track = HistoryModel.Track(key: series[run.slice].key, granularity: granularity)
                    for point in batch.points[run.points] { all[track, default: [:]][point.time] = point.value }
                }
                position = batch.rest
            }
        }
        return all
    }

    @Test(
        "Answers in any order, again, coarser or revised: points and counts are the model's",
        arguments: 61...66 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        var answers = RandomAnswers(seed: seed)
        let fixture = try Fixture()
        var model = HistoryModel()
        var before: [(series: [SeriesPoints], window: AnsweredWindow)] = []
        for step in 0..<60 {
            var (series, window) = answers.next()
            if step > 0, answers.number(in: 0...5) == 0 { (series, window) = before[answers.number(in: 0...step - 1)] }
            before.append((series, window))
            for position in series.indices where answers.number(in: 0...3) == 0 {
                series[position].points.reverse()
                series[position].points += [-1, .min, 253_402_300_800, .max].map {
                    Point(time: $0, value: .integer(1))
                }
            }
            let keepsExisting = answers.number(in: 0...4) == 0
            let outcome = try await fixture.history.store(series, answering: window, keepsExisting: keepsExisting)
            let expected = model.store(series, answering: window, keepsExisting: keepsExisting)
            #expect((outcome.added, outcome.revised) == expected, "seed \(seed), step \(step)")
        }
        #expect(try await contents(fixture.history) == model.values, "seed \(seed)")
        try fixture.history.close()
        let reopened = try History(path: fixture.history.path)
        #expect(try await contents(reopened) == model.values, "seed \(seed)")
        try reopened.close()
    }

    @Test(
        "A value comes back bit by bit, in every granularity",
        arguments: [
            .integer(.max), .integer(.min), .integer(1 << 53 + 1), .integer(-(1 << 53) - 1), .real(-0.0),
            .real(.leastNonzeroMagnitude), .real(1e308), .real(-1e308), .real(.infinity), .real(0.1), .real(0x1p63),
        ] as [PointValue])
    func values(value: PointValue) async throws {
        for granularity in Granularity.allCases {
            let fixture = try Fixture()
            let window = fixture.window(midnight, midnight + 86_400, granularity: granularity)
            for added in [1, 0] {
                let outcome = try await fixture.history.store([fixture.points([(0, value)])], answering: window)
                #expect((outcome.added, outcome.revised) == (added, 0))
            }
            let read = try #require(try await fixture.read(granularity: granularity).first?.value)
            switch (read, value) {
            case (.integer(let one), .integer(let other)): #expect(one == other)
            case (.real(let one), .real(let other)): #expect(one.bitPattern == other.bitPattern)
            default: Issue.record("\(value) has become \(read)")
            }
            let type =
                try fixture.history.rows("SELECT typeof(value) FROM \(granularity.rawValue)_points").first?[0]
                as String?
            if case .integer = value { #expect(type == "integer") } else { #expect(type == "real") }
        }
    }

    @Test("A time within a bucket is the bucket's", arguments: [0, 1, 1800, 3599] as [Int64])
    func withinBucket(second: Int64) async throws {
        let fixture = try Fixture()
        let point = Point(time: midnight + 23 * 3600 + second, value: .integer(1))
        _ = try await fixture.history.store(
            [SeriesPoints(statistic: "records", points: [point])],
            answering: fixture.window(midnight, midnight + 86_400)
        )
        #expect(try await fixture.read() == [Point(time: midnight + 23 * 3600, value: .integer(1))])
    }

    @Test("The first hour of 1970 and the last of 9999 are stored, and those beside them are not")
    func firstAndLast() async throws {
        let fixture = try Fixture()
        let end: UnixTime = 253_402_300_800
        let times = [.min, -3600, -1, 0, end - 3600, end, end + 3600, .max] as [UnixTime]
        let series = [SeriesPoints(statistic: "records", points: times.map { Point(time: $0, value: .integer(1)) })]
        _ = try await fixture.history.store(series, answering: fixture.window(midnight, midnight + 3600))
        try await fixture.history.fill(series, application: "NEW", api: .usage, granularity: .hourly)
        for series in try await fixture.history.storedSeries() {
            let slice = SeriesSlice(series: series.id, granularity: .hourly, range: TimeRange(.min, .max))
            let stored = try await fixture.history.points(of: [slice], from: .start).points
            #expect(stored.map(\.time) == [0, end - 3600], "\(series.key.application)")
        }
    }

    @Test("Points that fill gaps answer nothing: what they stand for is still fetched")
    func fill() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points([(1, .integer(10))])], answering: fixture.window(midnight, midnight + 2 * 3600))
        let before = try await fixture.history.answered(application: "APP")
        try await fixture.history.fill(
            [fixture.points((0..<4).map { ($0, .real(0.5)) }), fixture.points("data_size", [])], application: "APP",
            api: .usage, granularity: .hourly)
        #expect(try await fixture.read().map(\.value) == [.real(0.5), .integer(10), .real(0.5), .real(0.5)])
        #expect(try await fixture.history.answered(application: "APP") == before)
        #expect(try await fixture.coverage() == [TimeRange(midnight, midnight + 2 * 3600)])
    }
}

@Suite("Applications that are collected")
struct RegistrationTests {
    private func firstSeen(_ fixture: Fixture) async throws -> UnixTime? {
        try await fixture.history.applications().first { $0.id == "APP" }?.firstSeen
    }

    @Test("A time that is not certain is replaced by the next, until the vendor's answer confirms one")
    func confirmation() async throws {
        let fixture = try Fixture()
        for time in [5, 900, 30] as [UnixTime] {
            try await fixture.history.register(application: "APP", now: time, isConfirmed: false)
            #expect(try await firstSeen(fixture) == time)
        }
        try await fixture.history.confirm(application: "APP")
        for isConfirmed in [false, true] {
            try await fixture.history.register(application: "APP", now: 7, isConfirmed: isConfirmed)
            #expect(try await firstSeen(fixture) == 30)
        }
    }

    @Test("A certain time replaces one that is not, and stays")
    func certain() async throws {
        let fixture = try Fixture()
        try await fixture.history.register(application: "APP", now: 5, isConfirmed: false)
        try await fixture.history.register(application: "APP", now: 9)
        try await fixture.history.register(application: "APP", now: 1, isConfirmed: false)
        #expect(try await firstSeen(fixture) == 9)
    }

    @Test("Confirming an application that nobody has registered makes none")
    func unknown() async throws {
        let fixture = try Fixture()
        try await fixture.history.confirm(application: "APP")
        #expect(try await fixture.history.applications().isEmpty)
    }
}
