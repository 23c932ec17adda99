import History
import TestSupport
import Testing
import UsageModel

/// The clock is at 10:20, so that hours up to 08:00 are settled.
@Suite("X-Cache and Age of the usage proxy")
struct UsageProxyCacheTests {
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400

    /// Ten hours of today, answered for all statistics.
    private func filled() async throws -> Site {
        let site = try Site()
        try await site.store(answering: TimeRange(midnight, World.start), hours([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
        return site
    }

    @Test(
        "HIT when every settled hour was covered, MISS when none was, else PARTIAL",
        arguments: [
            (0, 8, "HIT"), (0, 10, "HIT"), (0, 48, "HIT"), (2, 3, "HIT"), (-1, 8, "PARTIAL"), (-24, 24, "PARTIAL"),
            (-24, 0, "MISS"), (-24, -23, "MISS"), (7, 9, "HIT"), (-1, 1, "PARTIAL"),
        ] as [(Int64, Int64, String)])
    func settled(from start: Int64, to end: Int64, expected: String) async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            for path in ["records", "*", "search_operations,records", "file_size"] {
                let answer = try await web.usage(
                    path, from: midnight + start * Self.hour, to: midnight + end * Self.hour)
                #expect(answer.status == 200)
                #expect(answer.cache == expected, "\(path)")
                #expect(answer.age == "0")
            }
        }
    }

    @Test("Hours that are cut off by the range's ends do not matter, nor does a range without any")
    func grid() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            let inside = try await web.usage("records", from: midnight - Self.hour + 1, to: midnight + 1)
            #expect(inside.cache == "HIT")
            let within = try await web.usage("records", from: midnight + 60, to: midnight + 120)
            #expect(within.cache == "HIT" && within.text == "{}")
        }
    }

    @Test("Every statistic asked for counts by itself: what was answered by name, or by the wildcard")
    func statistics() async throws {
        let site = try Site()
        let range = TimeRange(midnight, midnight + 8 * Self.hour)
        try await site.store(
            [SeriesPoints(statistic: "records", points: hours([1]))], statistics: ["records", "data_size"],
            answering: range)
        try await withServer(site.proxy()) { web in
            for (path, expected) in [
                ("records", "HIT"), ("data_size,records", "HIT"), ("records,file_size", "PARTIAL"),
                ("file_size", "MISS"), ("*", "PARTIAL"), ("search_operations", "MISS"),
            ] {
                let answer = try await web.usage(path, from: range.start, to: range.end)
                #expect(answer.cache == expected, "\(path)")
                #expect((answer.age == nil) == (expected == "MISS"), "\(path) \(answer.age ?? "")")
            }
            let others = StatisticCatalogue.names(perIndex: false).filter { $0 != "records" && $0 != "data_size" }
            try await site.history.refuse(others, application: "APP", level: .application, at: midnight)
            let everything = try await web.usage("*", from: range.start, to: range.end)
            #expect(everything.cache == "HIT", "what the plan refuses cannot be missing")
        }
    }

    @Test("Without a settled hour it is HIT while the newest fetch reaches as far as the range")
    func tail() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            /// Asks for the hours from `start` to `end`.
            func expect(_ start: Int64, _ end: Int64, _ expected: String) async throws {
                let answer = try await web.usage(
                    "records", from: midnight + start * Self.hour, to: midnight + end * Self.hour)
                #expect(answer.cache == expected, "\(start) to \(end) at \(RFC3339.string(site.clock.now))")
            }
            try await expect(8, 11, "HIT")
            try await expect(9, 24, "HIT")
            // Nothing that could be missing.
            try await expect(30, 31, "HIT")
            // 11:00: the hour that begins now is not missing yet.
            site.clock.advance(by: 2400)
            try await expect(9, 12, "HIT")
            // 12:01: the hour from 11:00 was never fetched.
            site.clock.advance(by: 3600 + 60)
            try await expect(10, 11, "HIT")
            try await expect(10, 13, "MISS")
            // The hours from 08:00 have settled since, and were provisional when they were fetched.
            try await expect(0, 13, "PARTIAL")
        }
    }

    @Test("Days have a coverage and an age of their own")
    func days() async throws {
        let site = try await filled()
        let start = midnight - 10 * Self.day
        site.clock.advance(by: 600)
        try await site.store(
            granularity: .daily, answering: TimeRange(start, midnight),
            [
                Point(time: start, value: .integer(1))
            ])
        site.clock.advance(by: 90)
        try await withServer(site.proxy()) { web in
            let daily = try await web.usage("*", from: start, to: midnight + Self.day, granularity: .daily)
            #expect(daily.cache == "HIT" && daily.age == "90")
            let longer = try await web.usage("*", from: start - 1, to: midnight, granularity: .daily)
            #expect(longer.cache == "HIT", "the day that begins a second too early is not asked for")
            let earlier = try await web.usage("*", from: start - Self.day, to: midnight, granularity: .daily)
            #expect(earlier.cache == "PARTIAL")
            let hourly = try await web.usage("*", from: midnight, to: midnight + Self.hour)
            #expect(hourly.cache == "HIT" && hourly.age == "690")
        }
    }

    @Test("What was never fetched is a MISS without an age, and empty")
    func never() async throws {
        let site = try Site()
        try await withServer(site.proxy()) { web in
            for end in [midnight + Self.hour, midnight + Self.day] {
                let answer = try await web.usage("*", from: end - Self.hour, to: end)
                #expect(answer.status == 200 && answer.text == "{}")
                #expect(answer.cache == "MISS" && answer.age == nil)
            }
        }
    }

    @Test("Errors have neither")
    func errors() async throws {
        let site = try await filled()
        try await withServer(site.proxy()) { web in
            for path in ["nope", "records/nowhere", "records/nowhere/more"] {
                let answer = try await web.usage(path, from: midnight, to: midnight + Self.hour)
                #expect(answer.status >= 400 && answer.cache == nil && answer.age == nil)
            }
        }
    }
}
