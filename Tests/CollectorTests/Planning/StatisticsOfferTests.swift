import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("What the plan serves, as far as known")
struct StatisticsOfferTests {
    private let now = World.start
    private let all = StatisticCatalogue.names(perIndex: false)

    private func offer(refused: [StatisticName: UnixTime] = [:], level: EndpointLevel = .application) -> StatisticsOffer
    {
        StatisticsOffer(level: level, refused: refused)
    }

    /// How a vendor words a refusal.
    enum Wording: CaseIterable {
        /// Without saying what.
        case silent
        /// With one of the names.
        case first
        /// With all of them.
        case all

        func message(_ refused: [StatisticName]) -> String {
            switch self {
            case .silent: "Invalid request"
            case .first: "Metric \"\(refused[0])\" not found"
            case .all: refused.map { "\"\($0)\"" }.joined(separator: ", ") + " not found"
            }
        }
    }

    @Test("Listed names are asked for one by one; another list keeps what is refused, and probes only what it has")
    func listed() {
        var offer = StatisticsOffer(
            level: .application, refused: ["billing_b": now], listed: ["billing_a", "billing_b", "billing_c"])
        #expect(!offer.servesWildcard && offer.names == ["billing_a", "billing_c"])
        #expect(offer.probe(now: now + CollectionSettings.refusalMemory) == "billing_b")
        // The vendor calls them by their own names.
        let refused = offer.noteRefused(.names(offer.names), message: #"name "c" is unknown"#, now: now)
        #expect(refused == ["billing_c"] && offer.names == ["billing_a"])
        offer.list(["billing_c", "billing_d"])
        #expect(offer.names == ["billing_d"])
        #expect(offer.probe(now: now + CollectionSettings.refusalMemory) == "billing_c")
        offer.list([])
        #expect(offer.names.isEmpty && !offer.servesWildcard)
        #expect(offer.probe(now: now + CollectionSettings.refusalMemory) == nil)
    }

    @Test(
        "Whatever a plan lacks, exactly that is found out, in few requests, and everything else is served",
        arguments: Wording.allCases, 0..<25 as Range<UInt64>)
    func isolates(wording: Wording, seed: UInt64) {
        var generator = SeededGenerator(seed)
        let lacking = Set(all.shuffled(using: &generator).prefix(Int.random(in: 0...12, using: &generator)))
        var offer = offer(refused: [.everything: now])
        var served: Set<StatisticName> = []
        var requests = 0
        while case let open = offer.names.filter({ !served.contains($0) }), !open.isEmpty, requests < 1000 {
            requests += 1
            // Any of them may be due first.
            let batch = offer.batch(of: open.shuffled(using: &generator))
            #expect((1...StatisticsOffer.batchSize).contains(batch.count))
            #expect(Set(batch).count == batch.count && Set(batch).isSubset(of: open))
            let refused = batch.filter(lacking.contains)
            if refused.isEmpty {
                offer.noteServed(.names(batch))
                served.formUnion(batch)
            } else {
                let culprits = offer.noteRefused(.names(batch), message: wording.message(refused), now: now)
                #expect(Set(culprits).isSubset(of: lacking), "seed \(seed): a statistic that is served is blamed")
            }
        }
        #expect(served == Set(all).subtracting(lacking), "seed \(seed)")
        #expect(Set(offer.refused.keys) == lacking.union([.everything]), "seed \(seed)")
        let batches = (all.count + 19) / 20
        #expect(requests <= batches + lacking.count * (wording == .silent ? 10 : 2), "seed \(seed): \(requests)")
    }

    @Test("Names that a message quotes are told apart by their bytes, and only if they were asked for")
    func quotes() {
        let names: [StatisticName] = ["caf\u{e9}", "records", "file_size"]
        for (message, culprits) in [
            ("Metric \"cafe\u{301}\" not found", []), ("Metric \"caf\u{e9}\" not found", ["caf\u{e9}"]),
            ("Metric records not found", []), ("Metric \"max_qps\" not found", []),
            ("\"file_size\" and \"records\" are not in the plan", ["records", "file_size"]), ("\"", []), ("", []),
            ("\"records", ["records"]),
        ] as [(String, [StatisticName])] {
            #expect(StatisticsOffer.names(.names(names), in: message) == !culprits.isEmpty, "\(message)")
            var offer = offer()
            #expect(offer.noteRefused(.names(names), message: message, now: now) == culprits, "\(message)")
        }
        #expect(StatisticsOffer.names(.all, in: "Metric \"*\" not found"))
    }

    @Test("One name that is refused is refused, whatever the message says; so is the wildcard")
    func alone() {
        var offer = offer()
        #expect(offer.noteRefused(.names(["records"]), message: "\"file_size\"", now: now) == ["records"])
        #expect(offer.noteRefused(.all, message: "\"records\"", now: now) == [.everything])
        #expect(offer.refused == ["records": now, .everything: now])
        #expect(!offer.servesWildcard && !offer.names.contains("records") && offer.names.count == all.count - 1)
    }

    @Test("A refusal is doubted after a day, to the second; the wildcard's first, and names only where it is refused")
    func probes() {
        let day: Int64 = 86_400
        let old = offer(refused: ["records": now, "file_size": now - 5, .everything: now + 100])
        #expect(old.probe(now: now + day - 6) == nil)
        #expect(old.probe(now: now + day - 5) == "file_size")
        #expect(old.probe(now: now + day + 99) == "file_size", "names in their order")
        #expect(old.probe(now: now + day + 100) == .everything)
        #expect(offer(refused: ["records": now]).probe(now: now + 9 * day) == nil, "the wildcard brings it anyway")
        #expect(offer().probe(now: .max / 2) == nil)
    }

    @Test("What is served is no longer refused, and no longer suspected")
    func served() {
        var offer = offer(refused: [.everything: now, "records": now])
        offer.noteServed(.names(["records"]))
        #expect(offer.refused == [.everything: now] && offer.names == all)
        _ = offer.noteRefused(.names(Array(all.prefix(4))), message: "", now: now)
        #expect(offer.batch(of: all) == Array(all.prefix(2)), "half of what was refused")
        offer.noteServed(.names(Array(all.prefix(2))))
        #expect(offer.batch(of: [all[3]] + all).contains(all[2]))
        #expect(offer.batch(of: [all[5]] + all).allSatisfy { ![all[2], all[3]].contains($0) }, "suspects go alone")
        offer.noteServed(.all)
        #expect(offer.servesWildcard)
    }

    @Test("Names are proven by being served since the start, until they are refused")
    func proven() {
        var offer = offer()
        #expect(!offer.hasProven && !offer.isProven(.all) && !offer.isProven(.names(["records"])))
        offer.noteServed(.names(["records", "file_size"]))
        #expect(
            offer.hasProven && offer.isProven(.names(["records"])) && !offer.isProven(.names(["records", "max_qps"])))
        #expect(!offer.isProven(.all))
        _ = offer.noteRefused(.names(["records"]), message: "", now: now)
        #expect(!offer.isProven(.names(["records"])) && offer.isProven(.names(["file_size"])))
    }

    @Test("A doubt about the wildcard ends with its refusal, or with everything as before", arguments: [true, false])
    func doubt(isRefused: Bool) {
        var offer = offer()
        offer.resolveDoubt(isRefused: false)
        #expect(offer.servesWildcard)
        offer.doubtWildcard(now: now)
        #expect(offer.doubtsWildcard && !offer.servesWildcard)
        offer.resolveDoubt(isRefused: isRefused)
        #expect(!offer.doubtsWildcard && offer.servesWildcard == !isRefused)
        offer.resolveDoubt(isRefused: false)
        #expect(offer.servesWildcard == !isRefused, "what is resolved stays so")
    }

    @Test("An index is asked for what indices have, the application for everything; no batch of nothing")
    func levels() {
        #expect(Set(offer(level: .index).names).isStrictSubset(of: all))
        #expect(offer(level: .index).names == StatisticCatalogue.names(perIndex: true))
        #expect(offer().batch(of: []).isEmpty)
    }

    @Test("A refused name is asked for on the newest hours alone, and the next day again; the others go on meanwhile")
    func plannerProbes() throws {
        var collection = PlannedCollection(refused: [.application: [.everything, "records"]])
        try collection.finish()
        try collection.run(until: now + 86_400)
        #expect(collection.requests(for: .probe).isEmpty)
        collection.now = now + 86_400
        var probe: PlannedRequest?
        while probe == nil, let request = collection.next() {
            if request.purpose == .probe { probe = request } else { collection.answer(request) }
        }
        #expect(probe?.statistics == .all, "the wildcard first")
        #expect(probe?.range.seconds == 3 * 3600 && probe?.granularity == .hourly)
        _ = collection.planner.offers[.application]?.noteRefused(.all, message: "", now: collection.now)
        while let request = collection.next(), request.purpose != .probe { collection.answer(request) }
        #expect(collection.requests.last?.request.statistics == .names(["records"]))
    }
}
