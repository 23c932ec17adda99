import History
import TestSupport
import Testing
import UsageModel

@Suite("What remote write sends")
struct RemoteWriteTests {
    @Test("Every settled point once, in time order; nothing that is not settled")
    func settled() async throws {
        let fixture = try OutboxFixture()
        // Fetched at the end of hour 9: hours 8 and 9 have not settled.
        try await fixture.store(0..<10, fetchedAt: midnight + 10 * 3600)
        let outbox = fixture.outbox()
        #expect(try await fixture.hours(outbox) == Array(0..<8))
        #expect(try await fixture.hours(outbox).isEmpty)
        try await fixture.store(8..<12, fetchedAt: midnight + 14 * 3600)
        #expect(try await fixture.hours(outbox) == Array(8..<12))
    }

    @Test("A gap that will be filled holds back what follows; newest first becomes history first")
    func gap() async throws {
        let fixture = try OutboxFixture()
        let outbox = fixture.outbox()
        try await fixture.store(48..<72)
        #expect(try await fixture.hours(outbox).isEmpty)
        try await fixture.store(0..<24)
        #expect(try await fixture.hours(outbox) == Array(0..<24))
        try await fixture.store(24..<48)
        #expect(try await fixture.hours(outbox) == Array(24..<72))
    }

    @Test("A gap that is too old to be filled is passed over; filled all the same, it is late")
    func oldGap() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<10)
        try await fixture.store(20..<30)
        let outbox = fixture.outbox(since: midnight + 25 * 3600)
        #expect(try await fixture.hours(outbox) == Array(0..<10) + Array(20..<30))
        try await fixture.store(10..<20)
        #expect(try await fixture.hours(outbox) == Array(10..<20))
        #expect(try await fixture.hours(outbox).isEmpty)
    }

    @Test("What is set aside holds nothing back; should it come after all, it is late")
    func setAside() async throws {
        let fixture = try OutboxFixture()
        var window = AnsweredWindow(
            scope: Scope(application: "APP"), granularity: .hourly, range: TimeRange(midnight, midnight + 24 * 3600),
            statistics: .all, fetchedAt: OutboxFixture.now, settleDelay: 7200)
        window.unreadable["records"] = UnreadableRanges(
            TimeRangeSet(TimeRange(midnight + 5 * 3600, midnight + 6 * 3600)), reason: "NaN")
        let points = (0..<24).filter { $0 != 5 }.map { Point(time: midnight + $0 * 3600, value: .integer($0)) }
        let outcome = try await fixture.history.store(
            [SeriesPoints(statistic: "records", points: points)], answering: window)
        #expect(outcome.setAside.map(\.reason) == ["NaN"])
        let outbox = fixture.outbox()
        #expect(try await fixture.hours(outbox) == (0..<24).filter { $0 != 5 })
        try await fixture.store(5..<6)
        #expect(try await fixture.hours(outbox) == [5])
        #expect(try await fixture.history.setAside().isEmpty)
    }

    @Test("What is older than the vendor serves is not waited for")
    func horizon() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(100..<124)
        let outbox = fixture.outbox()
        #expect(try await fixture.hours(outbox).isEmpty)
        try await fixture.history.note(
            VendorHorizon(
                level: .application, granularity: .hourly, age: 30 * 86_400 - 100 * 3600, reason: "400",
                triedAt: OutboxFixture.now), application: "APP")
        #expect(try await fixture.hours(outbox) == Array(100..<124))
    }

    @Test("What changes after it was sent is sent again, once")
    func revision() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<48)
        let outbox = fixture.outbox()
        _ = try await fixture.drain(outbox)
        try await fixture.store(0..<48) { $0 == 5 || $0 == 30 ? 1000 : $0 }
        #expect(
            try await fixture.drain(outbox) == [
                .init(statistic: "records", hour: 5, value: 1000), .init(statistic: "records", hour: 30, value: 1000),
            ])
        try await fixture.store(0..<48) { $0 == 5 || $0 == 30 ? 1000 : $0 }
        #expect(try await fixture.drain(outbox).isEmpty)
    }

    @Test("A value where none was reported is sent when it comes, before what is newer")
    func appeared() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<24) { $0 < 3 ? $0 : nil }
        let outbox = fixture.outbox()
        #expect(try await fixture.hours(outbox) == [0, 1, 2])
        try await fixture.store(24..<30)
        try await fixture.store(0..<24) { $0 < 3 || $0 == 7 ? $0 : nil }
        #expect(try await fixture.hours(outbox) == [7] + Array(24..<30))
    }

    @Test("A change between reading and confirming is not lost, whoever made it", arguments: [false, true])
    func race(byAnotherProcess: Bool) async throws {
        let fixture = try OutboxFixture()
        let other = byAnotherProcess ? try History(path: fixture.history.path) : fixture.history
        try await fixture.store(0..<24) { $0 == 3 ? nil : $0 }
        let outbox = fixture.outbox()
        let batch = try #require(try await outbox.next(limit: 1000, now: OutboxFixture.now))
        #expect(OutboxFixture.sent(batch).count == 23)
        // One is revised, one appears.
        try await fixture.store(0..<24, in: other) { $0 == 10 ? 99 : $0 }
        try await outbox.confirm()
        let late = try #require(try await outbox.next(limit: 1000, now: OutboxFixture.now))
        #expect(late.isLate)
        #expect(
            OutboxFixture.sent(late) == [
                .init(statistic: "records", hour: 3, value: 3), .init(statistic: "records", hour: 10, value: 99),
            ])
        // And again while the late ones are under way.
        try await fixture.store(0..<24, in: other) { $0 == 10 ? 100 : $0 }
        try await outbox.confirm()
        #expect(try await fixture.drain(outbox) == [.init(statistic: "records", hour: 10, value: 100)])
        #expect(try await fixture.drain(outbox).isEmpty)
    }

    @Test("A new series begins at its beginning, also when it comes by name for a past that others have")
    func newSeries() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<24, asked: .names(["records"]))
        let outbox = fixture.outbox()
        _ = try await fixture.drain(outbox)
        try await fixture.store(12..<24, ["file_size"], asked: .names(["file_size"]))
        #expect(try await fixture.drain(outbox).isEmpty)
        try await fixture.store(0..<12, ["file_size"], asked: .names(["file_size"]))
        let sent = try await fixture.drain(outbox)
        #expect(sent.map(\.hour) == Array(0..<24))
        #expect(Set(sent.map(\.statistic)) == ["file_size"])
    }

    @Test("A derived statistic waits for both operands, but not for a refused one")
    func derived() async throws {
        let fixture = try OutboxFixture()
        let (total, free): (StatisticName, StatisticName) = (
            "total_search_requests", "querysuggestions_total_search_requests"
        )
        let outbox = fixture.outbox()
        try await fixture.store(0..<5, [total], asked: .names([total])) { $0 + 10 }
        #expect(Set(try await fixture.drain(outbox).map(\.statistic)) == [total])
        try await fixture.store(0..<5, [free], asked: .names([free])) { $0 }
        let sent = try await fixture.drain(outbox)
        #expect(sent.filter { $0.statistic == "billed_search_requests" }.map(\.value) == [10, 10, 10, 10, 10])
        try await fixture.history.refuse([free], application: "APP", level: .application, at: midnight)
        try await fixture.store(5..<7, [total], asked: .names([total])) { $0 + 10 }
        #expect(Set(try await fixture.drain(outbox).map(\.statistic)) == [total, "billed_search_requests"])
        // An operand that changes changes the difference.
        try await fixture.store(0..<1, [total], asked: .names([total])) { _ in 50 }
        #expect(
            Set(try await fixture.drain(outbox)) == [
                .init(statistic: total, hour: 0, value: 50),
                .init(statistic: "billed_search_requests", hour: 0, value: 50),
            ])
    }

    @Test("After a restart it goes on; an unconfirmed batch comes again")
    func restart() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<48)
        let first = fixture.outbox()
        let batch = try #require(try await first.next(limit: 30, now: OutboxFixture.now))
        #expect(OutboxFixture.sent(batch).map(\.hour) == Array(0..<30))
        try await first.confirm()
        let lost = try #require(try await first.next(limit: 10, now: OutboxFixture.now))
        #expect(OutboxFixture.sent(lost).map(\.hour) == Array(30..<40))
        try fixture.history.close()
        let reopened = try History(path: fixture.history.path)
        let second = fixture.outbox(in: reopened)
        #expect(try await fixture.hours(second) == Array(30..<48))
        try reopened.close()
    }

    @Test("Destinations do not know of each other, and one that comes back goes on")
    func destinations() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<5)
        #expect(try await fixture.hours(fixture.outbox("a")) == Array(0..<5))
        try await fixture.store(5..<8)
        #expect(try await fixture.hours(fixture.outbox("b")) == Array(0..<8))
        try await fixture.store(0..<8) { $0 == 2 ? 7 : $0 }
        #expect(try await fixture.hours(fixture.outbox("a")) == [2] + Array(5..<8))
        #expect(try await fixture.hours(fixture.outbox("b")) == [2])
    }

    @Test("Series advance together, day by day, whatever the size of a batch", arguments: [1, 7, 24, 50, 1000])
    func order(limit: Int) async throws {
        let fixture = try OutboxFixture()
        let statistics: [StatisticName] = ["a", "b", "c"]
        try await fixture.store(0..<72, statistics)
        try await fixture.store(0..<3, statistics, granularity: .daily)
        let outbox = fixture.outbox()
        var all: [(day: Int64, id: Int64, granularity: Granularity, time: UnixTime)] = []
        while let batch = try await outbox.next(limit: limit, now: OutboxFixture.now) {
            #expect(batch.pointCount <= limit)
            for part in batch.parts {
                all += part.points.map { ($0.time / 86_400, part.series.id, part.granularity, $0.time) }
            }
            try await outbox.confirm()
        }
        #expect(all.count == 3 * 75)
        for granularity in [Granularity.hourly, .daily] {
            for id in Set(all.map(\.id)) {
                let times = all.filter { $0.id == id && $0.granularity == granularity }.map(\.time)
                #expect(times == times.sorted() && Set(times).count == times.count)
            }
        }
        // A batch holds several days of few series; one of a day's size keeps the days apart.
        if limit <= 24 { #expect(all.map(\.day) == all.map(\.day).sorted()) }
    }

    @Test("Points of a state that nobody can ask for later go as soon as their minute is over")
    func momentary() async throws {
        let fixture = try OutboxFixture()
        let outbox = fixture.outbox()
        for minute in [0, 1, 7] as [Int64] {
            try await fixture.store(
                minute..<minute + 1, ["cluster_status"], granularity: .minutely, asked: .names(["cluster_status"]),
                api: .monitoring, fetchedAt: midnight + minute * 60 + 5, settleDelay: 0)
        }
        #expect(try await fixture.hours(outbox, now: midnight + 7 * 60 + 30) == [0, 1])
        try await fixture.store(8..<8, asked: .names(["latency"]), api: .monitoring)
        #expect(try await fixture.hours(outbox, now: midnight + 8 * 60) == [7])
    }

    @Test("What retention deletes is not sent again")
    func retention() async throws {
        let fixture = try OutboxFixture()
        try await fixture.store(0..<72)
        let outbox = fixture.outbox()
        _ = try await fixture.drain(outbox)
        try await fixture.store(0..<72) { $0 == 2 ? 9 : $0 }
        _ = try await fixture.history.expire(.hourly, before: midnight + 86_400)
        #expect(try await fixture.drain(outbox).isEmpty)
    }

    @Test("Against any order of windows, everything arrives exactly once and in order")
    func random() async throws {
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed)
            let fixture = try OutboxFixture()
            let outbox = fixture.outbox()
            var windows: [Range<Int64>] = stride(from: 0, to: 240, by: 24).map { Int64($0)..<Int64($0) + 24 }
            windows.shuffle(using: &generator)
            var sent: [OutboxFixture.Sent] = []
            for window in windows {
                let index: IndexName = Bool.random(using: &generator) ? "" : "products"
                for index in [index, index.isEmpty ? "products" : ""] {
                    try await fixture.store(window, ["records", "file_size"], index: index) {
                        $0 % 5 == Int64(seed % 5) ? nil : $0
                    }
                    if Bool.random(using: &generator) {
                        sent += try await fixture.drain(outbox, limit: Int.random(in: 1...60, using: &generator))
                    }
                }
            }
            sent += try await fixture.drain(outbox)
            // Two scopes have each statistic.
            #expect(sent.count == 4 * 192)
            #expect(Set(sent).count == 2 * 192)
        }
    }
}
