import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The meaning of a failed request")
struct DiagnosisTests {
    private static let now = World.start
    private static let application = Scope(application: "APP")
    private static let index = Scope(application: "APP", index: "products")
    private static let notFound = AlgoliaError.notFound(message: "gone")
    private static let refused = AlgoliaError.refused(status: 422, message: "no")
    private static let forbidden = AlgoliaError.unauthorized(status: 403, message: "forbidden")

    /// What is known of an application.
    /// - Parameters:
    ///   - served: whether the newest hours of both scopes were served.
    ///   - listed: the vendor's list of indices; nil before the first one.
    private static func known(
        served: Bool, listed: [IndexName]? = nil, refused: [EndpointLevel: [StatisticName: UnixTime]] = [:]
    ) -> Diagnosis.Knowledge {
        var offers: [EndpointLevel: StatisticsOffer] = [:]
        for level in EndpointLevel.allCases {
            offers[level] = StatisticsOffer(level: level, refused: refused[level] ?? [:])
            if served { offers[level]?.noteServed(.all) }
        }
        var planner = Planner(settings: CollectionSettings(), offers: offers)
        planner.setTracks(
            [application, index].map {
                Track(
                    scope: $0, granularity: .hourly,
                    answered: served ? ["*": TimeRangeSet(TimeRange(now - 14_400, now - 7200))] : [:],
                    tailFetched: served ? ["*": now] : [:])
            })
        var discovery = IndexDiscovery(canList: listed != nil)
        if let listed {
            discovery.noteListed(listed)
            discovery.succeeded(now: now)
        }
        return Diagnosis.Knowledge(planner: planner, discovery: discovery)
    }

    private static func failed(
        _ purpose: PlannedRequest.Purpose, _ error: AlgoliaError, scope: Scope = application,
        _ statistics: StatisticSelection = .all, age: Int64 = 86_400
    ) -> FailedRequest {
        let start = Granularity.hourly.floor(now - age)
        return FailedRequest(
            request: PlannedRequest(
                scope: scope, granularity: .hourly, range: TimeRange(start, start + 3600), statistics: statistics,
                purpose: purpose),
            error: error, sentAt: now)
    }

    @Test(
        "What is rejected is judged by what it was for",
        arguments: [
            (PlannedRequest.Purpose.live, Diagnosis.wildcardDoubted(), Diagnosis.statisticsRefused(message: "no")),
            (.probe, .wildcardDoubted(), .statisticsRefused(message: "no")),
            (.backfill, .rangeRefused(isAbsence: true), .rangeRefused(isAbsence: false)),
            (.retry, .putOff, .putOff), (.horizon, .putOff, .putOff), (.revision, .putOff, .putOff),
            (.isolation, .pieceRefused(message: "gone"), .pieceRefused(message: "no")),
            (.readThrough, .nothing, .nothing),
        ])
    func purposes(purpose: PlannedRequest.Purpose, absent: Diagnosis, refused: Diagnosis) {
        let known = Self.known(served: true)
        #expect(Diagnosis(Self.failed(purpose, Self.notFound), known, forbidden: []) == absent)
        #expect(Diagnosis(Self.failed(purpose, Self.refused), known, forbidden: []) == refused)
    }

    @Test("A 403 is the plan's once, where nothing was served, and else the key's")
    func forbidden() {
        let failed = Self.failed(.live, Self.forbidden)
        let new = Self.known(served: false)
        #expect(Diagnosis(failed, new, forbidden: []) == .wildcardDoubted(isForbidden: true))
        #expect(Diagnosis(failed, new, forbidden: [failed.request.scope]) == .keyRefused)
        #expect(Diagnosis(failed, Self.known(served: true), forbidden: []) == .keyRefused)
        let byName = Self.failed(.live, Self.forbidden, .names(["records"]))
        #expect(
            Diagnosis(byName, new, forbidden: [])
                == .statisticsRefused(message: "forbidden", isForbidden: true))
        let unauthorized = Self.failed(.live, .unauthorized(status: 401, message: ""))
        #expect(Diagnosis(unauthorized, new, forbidden: []) == .keyRefused)
    }

    /// Three indices, of which some were served their newest hours and some have failed.
    private static func indices(served: Set<IndexName>, failing: Set<IndexName> = []) -> Diagnosis.Knowledge {
        var known = known(served: false)
        known.planner.setTracks(
            (["products", "blog", "shop"] as [IndexName]).map { index in
                var track = Track(
                    scope: Scope(application: "APP", index: index), granularity: .hourly, answered: [:],
                    tailFetched: served.contains(index) ? ["*": now] : [:])
                track.failures = failing.contains(index) ? 1 : 0
                return track
            })
        return known
    }

    // Fault (Algolia): One index that is refused whatever is asked of it
    // Done: 400, 422 or 403 for it, good answers for the others, in any order
    // Seen: it is tried again later and later; the others go on
    // Lost: nothing of the others
    @Test("What is refused to one index is the index's, where another has it or may still have it")
    func index() {
        let failed = Self.failed(.live, Self.refused, scope: Self.index)
        let statistics = Diagnosis.statisticsRefused(message: "no")
        for (known, diagnosis) in [
            (Self.indices(served: ["blog"]), Diagnosis.indexRefused()),
            (Self.indices(served: ["blog"], failing: ["shop"]), .indexRefused()),
            (Self.indices(served: []), .indexRefused()),
            (Self.indices(served: [], failing: ["products"]), .indexRefused()),
            (Self.indices(served: [], failing: ["shop"]), .indexRefused()),
            (Self.indices(served: ["products"], failing: ["shop"]), .indexRefused()),
            (Self.indices(served: [], failing: ["blog", "shop"]), statistics),
            (Self.known(served: false), statistics),
            (Self.indices(served: ["blog", "shop"], failing: ["blog", "shop"]), statistics),
        ] {
            #expect(Diagnosis(failed, known, forbidden: []) == diagnosis)
        }
        let message = #"Metric "*" not found"#
        let named = Self.failed(.live, .refused(status: 422, message: message), scope: Self.index)
        #expect(
            Diagnosis(named, Self.indices(served: ["blog"]), forbidden: []) == .statisticsRefused(message: message))

        let forbidden = Self.failed(.live, Self.forbidden, scope: Self.index)
        let known = Self.indices(served: ["blog"])
        #expect(Diagnosis(forbidden, known, forbidden: []) == .indexRefused(isForbidden: true))
        #expect(Diagnosis(forbidden, known, forbidden: [Self.index]) == .indexRefused(isForbidden: true))
        #expect(Diagnosis(forbidden, known, forbidden: [Self.application]) == .keyRefused, "two in a row")
        let other = Scope(application: "APP", index: "blog")
        #expect(Diagnosis(forbidden, Self.indices(served: []), forbidden: []) == .indexRefused(isForbidden: true))
        let both = Self.indices(served: [], failing: ["blog", "shop"])
        #expect(Diagnosis(forbidden, both, forbidden: [other]) == .wildcardDoubted(isForbidden: true))
        let byName = Self.failed(.live, Self.forbidden, scope: Self.index, .names(["records"]))
        #expect(Diagnosis(byName, both, forbidden: [Self.index]) == .keyRefused)
    }

    // Fault (Algolia): A key that is restricted to some indices
    // Done: 403 for most indices, good answers for the others and for the application
    // Seen: those that are refused are tried again later and later; the others and the application go on
    // Lost: nothing of what the key may read
    @Test("Several indices that are refused in a row leave it to the application to tell whether it is the key")
    func severalForbidden() {
        let forbidden = Self.failed(.live, Self.forbidden, scope: Self.index)
        let others: [Scope] = ["blog", "shop"].map { Scope(application: "APP", index: $0) }
        func known(served: Set<IndexName>, hasApplication: Bool) -> Diagnosis.Knowledge {
            var known = Self.indices(served: served)
            if hasApplication {
                let application = Track(
                    scope: Self.application, granularity: .hourly, answered: [:], tailFetched: ["*": Self.now])
                known.planner.setTracks([application] + known.planner.tracks)
            }
            return known
        }
        for served in [[], ["blog"]] as [Set<IndexName>] {
            let whole = known(served: served, hasApplication: true)
            #expect(Diagnosis(forbidden, whole, forbidden: [others[0]]) == .indexRefused(isForbidden: true))
            #expect(
                Diagnosis(forbidden, whole, forbidden: [Self.index, others[0]]) == .indexRefused(isForbidden: true))
            #expect(Diagnosis(forbidden, whole, forbidden: Set(others)) == .keyDoubted)
            // A shard without the application has nothing to ask.
            let shard = known(served: served, hasApplication: false)
            #expect(Diagnosis(forbidden, shard, forbidden: Set(others)) == .indexRefused(isForbidden: true))
        }
        let many = Set((0..<10).map { Scope(application: "APP", index: "i\($0)") })
        #expect(Diagnosis(forbidden, known(served: [], hasApplication: false), forbidden: many) == .keyRefused)
    }

    // Fault (Algolia): A day that has no data yet at the first start
    // Done: hours are served, then 404 for today
    // Seen: today is empty; no statistic is taken for refused
    // Lost: nothing
    @Test("A 404 for days is no refusal where hours were served")
    func emptyDay() {
        var known = Self.known(served: false)
        known.planner.offers[.application]?.noteServed(.all)
        var failed = Self.failed(.live, Self.notFound)
        failed.request.granularity = .daily
        #expect(Diagnosis.absence(failed, known) == .ofRequest)
        // The same after a restart, when only the history tells of the hours.
        #expect(Diagnosis.absence(failed, Self.known(served: true)) == .ofRequest)
        #expect(Diagnosis.absence(failed, Self.known(served: false)) == nil)
    }

    @Test("What is no rejection depends on nothing else")
    func others() {
        let known = Self.known(served: true)
        for (error, diagnosis) in [
            (AlgoliaError.cancelled, Diagnosis.nothing), (.rateLimited(retryAfter: nil), .throttled),
            (.server(status: 503, message: "", retryAfter: 3), .throttled),
            (.server(status: 503, message: "", retryAfter: nil), .silent), (.timeout, .silent),
            (.noKey("none"), .keyRefused),
        ] {
            #expect(Diagnosis(Self.failed(.backfill, error), known, forbidden: []) == diagnosis, "\(error)")
        }
    }

    @Test("A window that is younger than one that was served is not refused for its age")
    func age() {
        var known = Self.known(served: true)
        known.planner.reaches.update(ReachKey(.application, .hourly)) {
            $0.noteServed(Self.now - 7 * 86_400, .hourly, now: Self.now)
        }
        let failed = Self.failed(.backfill, Self.refused, .names(["records"]))
        #expect(Diagnosis(failed, known, forbidden: []) == .windowRefused)
        let named = Self.failed(
            .backfill, .refused(status: 400, message: #"Metric "records" not found"#), .names(["records"]))
        #expect(
            Diagnosis(named, known, forbidden: [])
                == .statisticsRefused(message: #"Metric "records" not found"#))
        let older = Self.failed(.backfill, Self.refused, .names(["records"]), age: 8 * 86_400)
        #expect(Diagnosis(older, known, forbidden: []) == .rangeRefused(isAbsence: false))
    }

    @Test("An index leaves an old window that has no data to its application, which still has to ask for it")
    func leftToApplication() {
        let failed = Self.failed(.backfill, Self.notFound, scope: Self.index, age: 30 * 86_400)
        let known = Self.known(served: true)
        #expect(Diagnosis(failed, known, forbidden: []) == .leftToApplication)
        let refused = Self.failed(.backfill, Self.refused, scope: Self.index, age: 30 * 86_400)
        #expect(Diagnosis(refused, known, forbidden: []) == .rangeRefused(isAbsence: false))
    }

    @Test("A client's question says something of the plan only if the vendor names a statistic that it never served")
    func readThrough() {
        let named = AlgoliaError.refused(status: 400, message: #"Metric "records" not found"#)
        let failed = Self.failed(.readThrough, named, .names(["records"]))
        #expect(Diagnosis(failed, Self.known(served: true), forbidden: []) == .nothing)
        guard case .statisticsRefused = Diagnosis(failed, Self.known(served: false), forbidden: []) else {
            Issue.record("the statistic should be taken for refused")
            return
        }
    }

    @Test("A 404 for an index's newest hours means no data if the list has it, and an unknown index if not")
    func indices() {
        let failed = Self.failed(.live, Self.notFound, scope: Self.index, age: 3600)
        let listed = Self.known(served: true, listed: ["products"])
        #expect(Diagnosis.absence(failed, listed) == .ofRequest)
        for known in [Self.known(served: true, listed: ["other"]), Self.known(served: true)] {
            #expect(Diagnosis.absence(failed, known) == nil)
            #expect(Diagnosis(failed, known, forbidden: []) == .indexUnknown)
        }
    }

    @Test("Where the application's wildcard is refused, a 404 for an index may be about the wildcard")
    func wildcardOfIndex() {
        let failed = Self.failed(.live, Self.notFound, scope: Self.index, age: 3600)
        let known = Self.known(
            served: false, listed: ["products"], refused: [.application: [.everything: Self.now]])
        #expect(Diagnosis.absence(failed, known) == nil)
        #expect(Diagnosis(failed, known, forbidden: []) == .wildcardDoubted())
    }

    @Test("A 404 for a window that was searched is believed as well where the wildcard's tail was fetched by names")
    func absenceByNames() {
        var known = Self.known(served: true, listed: ["products"])
        let names = known.planner.offer(Self.index).names
        let key = ReachKey(EndpointLevel(Self.index), .hourly)
        known.planner.reaches.update(key) { $0.noteSearched(Self.index) }
        #expect(known.planner.reaches[key].isSearchedInVain(Self.index))
        #expect(!known.planner.reaches[key].isSearchedInVain(Self.application))
        let failed = Self.failed(.backfill, Self.notFound, scope: Self.index)
        let cases: [([StatisticName], Diagnosis.Absence?)] = [
            (names, .ofRequest), (Array(names.dropLast()), nil), ([], nil),
        ]
        for (fetched, absence) in cases {
            known.planner.update(Self.index, .hourly) { track in
                track.tailFetched = Dictionary(uniqueKeysWithValues: fetched.map { ($0, Self.now) })
            }
            #expect(Diagnosis.absence(failed, known) == absence, "\(fetched.count) of \(names.count)")
        }
    }

    @Test("Where names are absent as well as the wildcard, there are no data yet")
    func nothingYet() {
        var known = Self.known(served: false)
        known.planner.offers[.application]?.doubtWildcard(now: Self.now)
        #expect(Diagnosis.absence(Self.failed(.live, Self.notFound, .names(["records"])), known) == .ofEverything)
        let named = AlgoliaError.notFound(message: #"Metric "records" not found"#)
        #expect(Diagnosis.absence(Self.failed(.live, named, .names(["records"])), known) == nil)
    }
}
