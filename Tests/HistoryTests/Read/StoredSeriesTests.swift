import TestSupport
import Testing
import UsageModel

@testable import History

@Suite("Stored series")
struct StoredSeriesTests {
    private static let everything = TimeRange(.min, .max)

    /// Every page of `range`, put together.
    private func pages(
        _ history: History, _ series: [StoredSeries], _ granularity: Granularity, _ range: TimeRange
    ) async throws -> (points: [[Point]], sizes: [Int]) {
        var (points, sizes) = (series.map { _ in [Point]() }, [Int]())
        var rest: TimeRange? = range
        while let asked = rest {
            let page = try await history.page(of: series, granularity, range: asked)
            for (position, part) in page.points.enumerated() { points[position] += part }
            sizes.append(page.points.reduce(0) { $0 + $1.count })
            if let next = page.rest { #expect(next.start > asked.start && !next.isEmpty) }
            rest = page.rest
        }
        return (points, sizes)
    }

    @Test("Pages put together are the range, whatever it is", arguments: [Granularity.hourly, .daily])
    func pages(granularity: Granularity) async throws {
        var answers = RandomAnswers(seed: 51)
        let (fixture, model) = try await answers.filled()
        let series = try await fixture.history.storedSeries().filter {
            RandomAnswers.statistics.contains($0.key.statistic)
        }
        answers = RandomAnswers(seed: 52)
        for range in (0..<30).map({ _ in answers.query().range }) + [Self.everything, TimeRange(0, 1)] {
            let some = Array(answers.shuffled(series).prefix(answers.number(in: 0...30)))
            let (points, _) = try await pages(fixture.history, some, granularity, range)
            #expect(points == some.map { model.points($0.key, granularity, range) }, "\(range)")
        }
    }

    @Test("A page has 90 days of hours of a number, and the emptiness around them costs none")
    func pageSize() async throws {
        let fixture = try Fixture()
        let hours = Int64(400 * 24)
        _ = try await fixture.history.store(
            [fixture.points((0..<hours).map { ($0, .integer($0)) })],
            answering: fixture.window(midnight, midnight + hours * 3600))
        let series = try await fixture.history.storedSeries()
        let (points, sizes) = try await pages(fixture.history, series, .hourly, Self.everything)
        #expect(points == [fixture.points((0..<hours).map { ($0, .integer($0)) }).points])
        #expect(sizes.count == 3 && sizes.allSatisfy { (1...4096).contains($0) && $0 % 24 == 0 })
        let ninety = TimeRange(midnight, midnight + 90 * 86_400)
        #expect(try await pages(fixture.history, series, .hourly, ninety).sizes == [90 * 24])
        #expect(try await pages(fixture.history, series, .daily, Self.everything).sizes == [0])
    }

    @Test("Every series is listed with its first and last point, and each filter keeps what it names")
    func extents() async throws {
        var answers = RandomAnswers(seed: 53)
        let (fixture, model) = try await answers.filled()
        for granularity in [Granularity.hourly, .daily] {
            let all = model.values.keys.filter { $0.granularity == granularity }
            func compare(
                _ found: [SeriesExtent], _ matches: (SeriesKey) -> Bool, _ comment: Comment
            ) {
                let expected = all.filter { matches($0.key) }.map { track in
                    let points = model.points(track.key, granularity, Self.everything)
                    return SeriesExtent(
                        key: track.key, granularity: granularity, first: points[0], last: points[points.count - 1])
                }
                #expect(!expected.isEmpty, comment)
                let known = found.filter { RandomAnswers.statistics.contains($0.key.statistic) }
                #expect(Set(known) == Set(expected) && known.count == expected.count, comment)
            }
            let history = fixture.history
            compare(try await history.series(granularity: granularity), { _ in true }, "all")
            compare(
                try await history.series(statistics: ["records"], granularity: granularity),
                { $0.statistic == "records" }, "statistic")
            compare(
                try await history.series(applications: ["B-2"], granularity: granularity),
                { $0.application == "B-2" }, "application")
            compare(
                try await history.series(indices: .all, granularity: granularity), { !$0.index.isEmpty }, "indices")
            compare(
                try await history.series(indices: .application, granularity: granularity), { $0.index.isEmpty },
                "no index")
            compare(
                try await history.series(indices: .names(["caf\u{E9}", "a%b"]), granularity: granularity),
                { $0.index == "caf\u{E9}" || $0.index == "a%b" }, "names")
        }
        #expect(try await fixture.history.series(statistics: [], granularity: .hourly).isEmpty)
        #expect(try await fixture.history.series(granularity: .minutely).isEmpty)
    }

    @Test("The outline of a statistic is what its series have in common")
    func outlines() async throws {
        var answers = RandomAnswers(seed: 54)
        let (fixture, model) = try await answers.filled()
        for applications in [nil, ["B-2"], ["NONE"]] as [[ApplicationID]?] {
            let outlines = try await fixture.history.statisticOutlines(
                statistics: RandomAnswers.statistics, applications: applications)
            let tracks = model.values.keys.filter { applications?.contains($0.key.application) ?? true }
            #expect(outlines.map(\.name) == Set(tracks.map(\.key.statistic)).sorted())
            for outline in outlines {
                let own = tracks.filter { $0.key.statistic == outline.name }
                #expect(outline.api == .usage)
                #expect(outline.hasApplicationLevel == own.contains { $0.key.index.isEmpty })
                #expect(outline.hasIndices == own.contains { !$0.key.index.isEmpty })
                #expect(outline.hasKeys == own.contains { !$0.key.key.isEmpty })
                #expect(Set(outline.granularities) == Set(own.map(\.granularity)))
            }
        }
        #expect(try await fixture.history.statisticOutlines(statistics: []).isEmpty)
    }

    @Test("The granularities of an outline come the finest first, and an API's statistic is not another's")
    func outlineOrder() async throws {
        let fixture = try Fixture()
        for (granularity, api) in [
            (Granularity.daily, API.usage), (.hourly, .usage), (.hourly, .monitoring), (.minutely, .monitoring),
        ] {
            var window = fixture.window(midnight, midnight + 86_400, granularity: granularity)
            window.api = api
            _ = try await fixture.history.store([fixture.points("latency", [(0, .integer(1))])], answering: window)
        }
        let outlines = try await fixture.history.statisticOutlines(statistics: ["latency"])
        #expect(outlines.map(\.api) == [.monitoring, .usage])
        #expect(outlines.map(\.granularities) == [[.minutely, .hourly], [.hourly, .daily]])
    }

    @Test("Applications come in order, with when they were first seen and their own indices")
    func applications() async throws {
        let fixture = try Fixture()
        for (position, application) in (["B", "APP"] as [ApplicationID]).enumerated() {
            try await fixture.history.register(application: application, now: midnight + Int64(position))
            for index in ["z", "", "Z"] as [IndexName] {
                var window = fixture.window(midnight, midnight + 3600)
                window.scope = Scope(application: application, index: IndexName(application) + index)
                _ = try await fixture.history.store([], answering: window)
            }
        }
        let applications = try await fixture.history.applications()
        #expect(applications.map(\.id) == ["APP", "B"])
        #expect(applications.map(\.firstSeen) == [midnight + 1, midnight])
        #expect(applications.map(\.indices) == [["APP", "APPZ", "APPz"], ["B", "BZ", "Bz"]])
        let names = try await fixture.history.knownNames(among: ["BZ", "APPz", "Bz", "Y"], of: nil)
        #expect(names.applications == ["APP", "B"])
        #expect(names.unknown == ["Y"])
        #expect(try await fixture.history.knownNames(among: ["BZ", "APPz"], of: ["B"]).unknown == ["APPz"])
    }
}

@Suite("The state of usage data")
struct UsageStateTests {
    @Test("A scope has its own series, answers, tails and refusals, and no other's")
    func scope() async throws {
        let fixture = try Fixture()
        let scope = Scope(application: "APP", index: "products")
        #expect(try await fixture.history.usage(scope, .hourly).wasFetched == false)
        _ = try await fixture.history.store(
            [
                fixture.points("max_qps", key: "c1-2", [(0, .integer(1))]),
                fixture.points("max_qps", key: "c1-1", [(0, .integer(2))]), fixture.points([(0, .integer(3))]),
            ], answering: fixture.window(midnight, midnight + 3600, index: "products"))
        _ = try await fixture.history.store(
            [fixture.points("data_size", [(0, .integer(1))])],
            answering: fixture.window(midnight, midnight + 7200, statistics: .names(["data_size"])))
        try await fixture.history.refuse(["*", "records"], application: "APP", level: .index, at: midnight)
        try await fixture.history.refuse(["file_size"], application: "APP", level: .application, at: midnight)
        try await fixture.history.refuse(["max_qps"], application: "OTHER", level: .index, at: midnight)

        let usage = try await fixture.history.usage(scope, .hourly)
        #expect(Set(usage.statistics.keys) == ["max_qps", "records"])
        #expect(usage.statistics["max_qps"]?.map(\.key.key) == ["c1-1", "c1-2"])
        #expect(usage.answered == [.everything: TimeRangeSet(TimeRange(midnight, midnight + 3600))])
        #expect(usage.freshness.map(\.statistic) == [.everything])
        #expect(usage.refused == ["*", "records"])
        #expect(usage.wasFetched)

        let days = try await fixture.history.usage(scope, .daily)
        #expect(days.answered.isEmpty && days.freshness.isEmpty)
        #expect(days.wasFetched, "in any granularity")
        let application = try await fixture.history.usage(Scope(application: "APP"), .hourly)
        #expect(application.answered == ["data_size": TimeRangeSet(TimeRange(midnight, midnight + 7200))])
        #expect(application.refused == ["file_size"])
        let other = try await fixture.history.usage(Scope(application: "APP", index: "product"), .hourly)
        #expect(other.statistics.isEmpty && !other.wasFetched)
    }

    @Test("A statistic is known where the Usage API reported it: of the application, or of any index")
    func known() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [fixture.points([(0, .integer(1))])], answering: fixture.window(midnight, midnight + 3600, index: "a"))
        var window = fixture.window(midnight, midnight + 3600, granularity: .minutely)
        window.api = .monitoring
        _ = try await fixture.history.store([fixture.points("cpu_usage", [(0, .integer(1))])], answering: window)
        func isKnown(
            _ statistic: StatisticName, _ level: EndpointLevel, _ application: ApplicationID = "APP"
        ) async throws -> Bool {
            try await fixture.history.knowsUsageStatistic(statistic, application: application, level: level)
        }
        #expect(try await isKnown("records", .index))
        #expect(try await !isKnown("records", .application))
        #expect(try await !isKnown("records", .index, "OTHER"))
        #expect(try await !isKnown("record", .index))
        #expect(try await !isKnown("cpu_usage", .application), "it is another API's")
        #expect(try await fixture.history.storedStatistics() == ["records", "cpu_usage"])
    }
}
