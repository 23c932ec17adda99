@testable import History
import TestSupport
import Testing
import UsageModel

@Suite("Ranges set aside")
struct SetAsideTableTests {
    private func hours(_ first: Int64, _ last: Int64) -> TimeRange {
        TimeRange(midnight + first * 3600, midnight + last * 3600)
    }

    private func window(
        _ fixture: Fixture, _ range: TimeRange, _ statistics: StatisticSelection = .all, at time: UnixTime? = nil,
        unreadable: [StatisticName: TimeRange] = [:]
    ) -> AnsweredWindow {
        var window = fixture.window(
            range.start, range.end, fetchedAt: time ?? midnight + 30 * 86_400, statistics: statistics)
        for (statistic, range) in unreadable {
            window.unreadable[statistic] = UnreadableRanges(TimeRangeSet(range), reason: "NaN")
        }
        return window
    }

    private func stored(_ fixture: Fixture) async throws -> [StatisticName: [TimeRange]] {
        Dictionary(grouping: try await fixture.history.setAside(), by: \.statistic).mapValues { $0.map(\.range) }
    }

    @Test(
        "What is in the middle of an answer leaves a gap in what is answered; an answer in the middle of it cuts it in two"
    )
    func cut() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.store(
            [], answering: window(fixture, hours(0, 24), unreadable: ["records": hours(4, 10)]))
        #expect(try await stored(fixture) == ["records": [hours(4, 10)]])
        #expect(try await fixture.coverage() == [hours(0, 4), hours(10, 24)])
        // The other statistics of these hours were readable.
        let answered =
            try await fixture.history.answered(application: "APP")[Scope(application: "APP")]?[.hourly] ?? [:]
        #expect(History.fetched("max_qps", in: answered).ranges == [hours(0, 24)])
        #expect(History.fetched("records", in: answered).ranges == [hours(0, 4), hours(10, 24)])
        let outcome = try await fixture.history.store([], answering: window(fixture, hours(6, 8), .names(["records"])))
        #expect(outcome.setAside.map(\.range) == [hours(4, 6), hours(8, 10)])
        #expect(try await stored(fixture) == ["records": [hours(4, 6), hours(8, 10)]])
        #expect(try await fixture.coverage() == [hours(0, 4), hours(6, 8), hours(10, 24)])
    }

    @Test("An answer to * is about all, one by name about that name alone")
    func selection() async throws {
        let fixture = try Fixture()
        _ = try await fixture.history.setAside(
            window(fixture, hours(0, 10), .names(["records", "max_qps"])), reason: "500")
        _ = try await fixture.history.setAside(window(fixture, hours(0, 10)), reason: "404")
        #expect(
            try await stored(fixture)
                == [.everything: [hours(0, 10)]], "what is refused as a whole replaces its parts")
        _ = try await fixture.history.store([], answering: window(fixture, hours(2, 4), .names(["records"])))
        #expect(try await stored(fixture) == [.everything: [hours(0, 10)]])
        _ = try await fixture.history.store([], answering: window(fixture, hours(0, 10)))
        #expect(try await stored(fixture).isEmpty)
    }

    @Test("Tried again without success, it has the new reason and time, and is one row")
    func again() async throws {
        let fixture = try Fixture()
        for (reason, time) in [("404", midnight + 86_400), ("400 it's too old", midnight + 2 * 86_400)] {
            _ = try await fixture.history.setAside(
                window(fixture, hours(0, 10), .names(["records"]), at: time), reason: reason)
        }
        let rows = try await fixture.history.setAside(application: "APP")
        #expect(rows.map(\.reason) == ["400 it's too old"])
        #expect(rows.map(\.triedAt) == [midnight + 2 * 86_400])
        #expect(try await fixture.history.setAside(application: "OTHER").isEmpty)
    }

    @Test("What holds up the live tail is open until an answer has the newest bucket")
    func open() async throws {
        let fixture = try Fixture()
        let asked = window(fixture, hours(0, 11), .names(["records"]), at: midnight + 10 * 3600)
        let rows = try await fixture.history.setAside(asked, reason: "500", breaksAnswers: true)
        #expect(rows.map(\.isOpen) == [true])
        _ = try await fixture.history.store(
            [], answering: window(fixture, hours(0, 5), .names(["records"]), at: midnight + 10 * 3600))
        #expect(try await stored(fixture) == ["records": [hours(5, 11)]], "an older answer has only its hours")
        _ = try await fixture.history.store(
            [], answering: window(fixture, hours(12, 15), .names(["records"]), at: midnight + 14 * 3600))
        #expect(try await stored(fixture).isEmpty)
    }

    @Test("What does not break answers, or ended before it was tried, is not open")
    func closed() {
        func one(_ breaksAnswers: Bool, _ end: Int64, _ tried: Int64) -> SetAside {
            SetAside(
                scope: Scope(application: "APP"), granularity: .hourly, statistic: "records", range: TimeRange(0, end),
                reason: "", triedAt: tried, breaksAnswers: breaksAnswers)
        }
        #expect(one(true, 11, 10).isOpen)
        #expect(!one(true, 10, 10).isOpen)
        #expect(!one(false, 11, 10).isOpen)
    }

    @Test("Scopes and granularities are set aside independently")
    func apart() async throws {
        let fixture = try Fixture()
        for index in ["", "a", "e\u{301}", "é"] as [IndexName] {
            for granularity in [Granularity.hourly, .daily] {
                let rows = try await fixture.history.setAside(
                    fixture.window(midnight, midnight + 86_400, index: index, granularity: granularity), reason: "500")
                #expect(rows.map(\.scope.index) == [index])
                #expect(rows.map(\.granularity) == [granularity])
            }
        }
        _ = try await fixture.history.store([], answering: fixture.window(midnight, midnight + 86_400, index: "é"))
        let rest = try await fixture.history.setAside()
        #expect(rest.count == 7)
        #expect(!rest.contains { $0.scope.index == "é" && $0.granularity == .hourly })
    }

    @Test(
        "After any answers, each hour is set aside exactly where the newest answer about it could not be read",
        arguments: 1...8 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let fixture = try Fixture()
        var generator = SeededGenerator(seed)
        let names: [StatisticName] = ["records", "max_qps", "data_size"]
        var model: [StatisticName: Set<Int64>] = [:]
        for step in 0..<50 {
            let first = Int64.random(in: 0..<40, using: &generator)
            let last = first + Int64.random(in: 1...20, using: &generator)
            let asked = Bool.random(using: &generator) ? names : [names[step % 3]]
            var unreadable: [StatisticName: TimeRange] = [:]
            for name in asked where Bool.random(using: &generator) {
                let start = Int64.random(in: first - 3..<last, using: &generator)
                // It may reach out of the window, about which the answer says nothing.
                unreadable[name] = hours(start, start + Int64.random(in: 1...5, using: &generator))
            }
            let outcome = try await fixture.history.store(
                [],
                answering: window(
                    fixture, hours(first, last), asked.count == 3 ? .all : .names(asked), unreadable: unreadable))
            for name in asked {
                model[name, default: []].subtract(first..<last)
                let set = (first..<last).filter { unreadable[name]?.contains(midnight + $0 * 3600) == true }
                model[name, default: []].formUnion(set)
            }
            let rows = try await stored(fixture)
            for name in names {
                let expected = TimeRangeSet((model[name] ?? []).map { hours($0, $0 + 1) })
                let ranges = rows[name] ?? []
                #expect(TimeRangeSet(ranges) == expected, "\(name), seed \(seed), step \(step)")
                #expect(
                    ranges.reduce(0) { $0 + $1.seconds } == expected.seconds, "disjoint: seed \(seed), step \(step)")
            }
            #expect(try await fixture.history.setAside() == outcome.setAside, "seed \(seed), step \(step)")
        }
    }
}
