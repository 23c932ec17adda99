import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The search for what makes answers fail")
struct AnswerSearchTests {
    private static let end = Granularity.hourly.floor(World.start)
    private static let unsettled = end - 7200
    private static let names = StatisticCatalogue.names(perIndex: false)

    private struct Cell: Hashable {
        var statistic: StatisticName
        var start: UnixTime
    }

    private static func request(
        _ range: TimeRange, _ statistics: StatisticSelection = .all, _ purpose: PlannedRequest.Purpose = .backfill
    ) -> PlannedRequest {
        PlannedRequest(
            scope: PlannedCollection.scope(""), granularity: .hourly, range: range, statistics: statistics,
            purpose: purpose)
    }

    private static let week = request(TimeRange(unsettled - 7 * 86_400, unsettled))

    private func cells(_ piece: PlannedRequest) -> [Cell] {
        let names = piece.statistics == .all ? Self.names : piece.statistics.answeredNames
        return names.flatMap { name in piece.range.buckets(.hourly).map { Cell(statistic: name, start: $0) } }
    }

    /// What became of each part of a request.
    private struct Outcome {
        var served: [Cell] = []
        var culprits: [Cell] = []
        var requests = 0
        var end = AnswerSearch.End.open
    }

    /// Fails the whole until it is split.
    private func begin(
        _ search: inout AnswerSearch, othersSucceed: Bool = true, culprits: Set<StatisticName> = [],
        setAside: [SetAside] = [], patience: Int = 100
    ) -> Int {
        for count in 1...patience {
            search.wholeFailed(
                search.whole, othersSucceed: othersSucceed, names: Self.names, culprits: culprits, setAside: setAside)
            if search.isRunning { return count }
        }
        return 0
    }

    /// Asks for the pieces of a running search.
    private func finish(_ search: inout AnswerSearch, fails: (PlannedRequest) -> Bool) -> Outcome {
        var outcome = Outcome()
        while let piece = search.pieces.first, outcome.requests < 1000 {
            outcome.requests += 1
            #expect(piece.purpose == .isolation && !piece.range.isEmpty)
            if fails(piece) {
                let verdict = search.failed(piece, unsettled: Self.unsettled, now: 100)
                if case .culprits(let found) = verdict { outcome.culprits += found.flatMap(cells) }
            } else {
                search.succeeded(piece)
                outcome.served += cells(piece)
            }
            outcome.end = search.finish(now: 100)
        }
        return outcome
    }

    @Test(
        "One hour of one statistic, wherever it is, is found alone; every other hour is answered, once",
        arguments: 0..<40 as Range<UInt64>)
    func one(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let bad = try #require(cells(Self.week).randomElement(using: &generator))
        var search = AnswerSearch(Self.week, now: 0)
        #expect(begin(&search) == AnswerSearch.patience)
        let outcome = finish(&search) { piece in cells(piece).contains(bad) }
        #expect(outcome.end == .found, "seed \(seed)")
        #expect(outcome.culprits == [bad], "seed \(seed)")
        #expect(outcome.served.count == Set(outcome.served).count, "seed \(seed): nothing is answered twice")
        #expect(Set(outcome.served) == Set(cells(Self.week)).subtracting([bad]), "seed \(seed)")
        #expect(outcome.requests <= 40, "seed \(seed)")
        #expect(!search.isRunning && search.failures == 0)
    }

    @Test(
        "Whatever fails, nothing is lost: each hour is answered, set aside, or asked for again with the whole",
        arguments: 0..<60 as Range<UInt64>)
    func any(seed: UInt64) {
        var generator = SeededGenerator(seed &+ 500)
        let range = TimeRange(Self.unsettled - Int64.random(in: 1...168, using: &generator) * 3600, Self.end + 3600)
        let whole = Self.request(range, .all, .live)
        let count = Int.random(in: 1...4, using: &generator)
        let bad = Set(cells(whole).shuffled(using: &generator).prefix(count))
        var search = AnswerSearch(whole, now: 0)
        _ = begin(&search)
        let outcome = finish(&search) { piece in !bad.isDisjoint(with: cells(piece)) }
        let (served, culprits) = (Set(outcome.served), Set(outcome.culprits))
        #expect(served.isDisjoint(with: bad), "seed \(seed)")
        #expect(served.isDisjoint(with: culprits), "seed \(seed)")
        #expect(outcome.requests <= 100, "seed \(seed): \(outcome.requests)")
        if count <= 2, outcome.end == .found, outcome.requests < 64 {
            #expect(served.union(culprits) == Set(cells(whole)), "seed \(seed)")
            #expect(bad.isSubset(of: culprits), "seed \(seed)")
        }
        // The unsettled tail fails as a whole; whatever else is set aside fails for itself.
        let settled = culprits.filter { $0.start < Self.unsettled }
        #expect(settled.isSubset(of: bad), "seed \(seed): \(settled.subtracting(bad))")
    }

    @Test("A statistic of which everything fails is set aside as a whole, after six pieces and not hour by hour")
    func whole() {
        var search = AnswerSearch(Self.week, now: 0)
        _ = begin(&search)
        let outcome = finish(&search) { cells($0).contains { $0.statistic == "records" } }
        #expect(outcome.end == .found)
        #expect(Set(outcome.culprits.map(\.statistic)) == ["records"] && outcome.culprits.count == 168)
        #expect(outcome.requests < 25, "\(outcome.requests)")
    }

    @Test("The live tail that fails is told apart from the past, and set aside as a whole")
    func tail() {
        let range = TimeRange(Self.unsettled - 100 * 3600, Self.end + 3600)
        var search = AnswerSearch(Self.request(range, .names(["records"]), .live), now: 0)
        _ = begin(&search)
        let outcome = finish(&search) { $0.range.end > Self.end }
        #expect(outcome.end == .found)
        #expect(outcome.culprits.map(\.start) == Array(TimeRange(Self.unsettled, Self.end + 3600).buckets(.hourly)))
        #expect(outcome.served.count == 100)
    }

    @Test("A piece that failed once by accident is asked for again before it is set aside")
    func accident() {
        var search = AnswerSearch(Self.request(TimeRange(Self.end - 8 * 3600, Self.end - 7 * 3600)), now: 0)
        _ = begin(&search)
        var alone = 0
        let outcome = finish(&search) { piece in
            guard piece.statistics == .names(["records"]) else {
                return cells(piece).contains { $0.statistic == "records" }
            }
            alone += 1
            return alone == 1
        }
        #expect(alone == 2)
        #expect(outcome.culprits.isEmpty)
        #expect(Set(outcome.served) == Set(cells(search.whole)))
    }

    @Test("An outage is given up early, and the search after it waits twice as long each time, up to 64 failures")
    func outage() {
        var search = AnswerSearch(Self.week, now: 0)
        for patience in [4, 8, 16, 32, 64, 64] {
            #expect(begin(&search) == patience)
            let outcome = finish(&search) { _ in true }
            #expect(outcome.requests == 6 && outcome.culprits.isEmpty && outcome.end == .open)
            #expect(search.failures == 0 && search.since == 100)
        }
    }

    @Test(
        "An outage that begins in the middle of a search ends it, and is blamed on next to nothing", arguments: 1..<20)
    func lateOutage(after: Int) {
        let bad = Cell(statistic: "records", start: Self.unsettled - 30 * 3600)
        var search = AnswerSearch(Self.week, now: 0)
        _ = begin(&search)
        var asked = 0
        let outcome = finish(&search) { piece in
            asked += 1
            return asked > after || cells(piece).contains(bad)
        }
        #expect(Set(outcome.culprits.map(\.statistic)).count <= 2, "what was about to be found, at most")
        #expect(asked <= after + 12, "it ends soon")
    }

    @Test("While nothing succeeds, a probe of two halves is all, every fourth failure; one answer ends it")
    func probe() {
        var search = AnswerSearch(Self.week, now: 0)
        #expect(begin(&search, othersSucceed: false) == 4)
        #expect(search.pieces.count == 2)
        #expect(finish(&search) { _ in true }.requests == 2)
        #expect(begin(&search, othersSucceed: false) == 4, "the eighth failure")
        let outcome = finish(&search) { _ in false }
        #expect(outcome.requests == 1 && outcome.end == .open)
        #expect(search.hasSucceeded && !search.isRunning)
        #expect(begin(&search) > 1, "the first failure after it may be the end of an outage")
    }

    @Test("One statistic for which nothing else succeeds is not probed: there is nothing to compare it with")
    func lonely() {
        var search = AnswerSearch(Self.request(Self.week.range, .names(["records"])), now: 0)
        #expect(begin(&search, othersSucceed: false) == 0)
    }

    @Test("Where each name is answered and * is not, twice, it is the wildcard that fails")
    func wildcard() {
        var search = AnswerSearch(Self.week, now: 0)
        _ = begin(&search)
        #expect(finish(&search) { _ in false }.end == .open)
        _ = begin(&search)
        #expect(finish(&search) { _ in false }.end == .wildcardFails)
        var named = AnswerSearch(Self.request(Self.week.range, .names(Self.names)), now: 0)
        for _ in 0..<4 {
            _ = begin(&named)
            #expect(finish(&named) { _ in false }.end == .open, "names are no wildcard")
        }
    }

    @Test("A culprit that is known is told apart after two failures, without what is set aside of it already")
    func knownCulprit() {
        let hole = TimeRange(Self.unsettled - 50 * 3600, Self.unsettled - 40 * 3600)
        let aside = SetAside(
            scope: Self.week.scope, granularity: .hourly, statistic: "records", range: hole, reason: "", triedAt: 0,
            breaksAnswers: true)
        var search = AnswerSearch(Self.week, now: 0)
        #expect(begin(&search, culprits: ["records"], setAside: [aside]) == 2)
        #expect(search.pieces[0].statistics == .names(Self.names.filter { $0 != "records" }))
        #expect(search.pieces.dropFirst().allSatisfy { $0.statistics == .names(["records"]) })
        #expect(
            search.pieces.dropFirst().map(\.range) == [
                TimeRange(hole.end, Self.unsettled), TimeRange(Self.week.range.start, hole.start),
            ])
    }

    @Test("A piece that is refused is told apart without being a failure; one name that is refused is dropped")
    func refused() throws {
        var search = AnswerSearch(Self.request(Self.week.range, .names(["records", "file_size"])), now: 0)
        search.wholeFailed(search.whole, othersSucceed: true, names: [], culprits: [], setAside: [])
        _ = begin(&search)
        #expect(search.pieces.map(\.statistics) == [.names(["records"]), .names(["file_size"])])
        search.refused(search.pieces[0])
        #expect(search.pieces.map(\.statistics) == [.names(["file_size"])])
        #expect(search.streak == 0)
        search.succeeded(Self.week)
        #expect(search.pieces.count == 1, "what is no piece changes nothing")
        search.succeeded(try #require(search.pieces.first))
        #expect(search.finish(now: 7) == .open && search.since == 7)
    }
}
