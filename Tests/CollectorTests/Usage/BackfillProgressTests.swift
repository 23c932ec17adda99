import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Progress of the backfill")
struct BackfillProgressTests {
    private static let now = World.start
    private static let scope = Scope(application: "APP")

    /// A track of which everything is answered since `age` seconds ago.
    private static func track(_ granularity: Granularity, age: Int64, failures: Int = 0) -> Track {
        var track = Track(
            scope: scope, granularity: granularity,
            answered: [
                "*": TimeRangeSet(
                    TimeRange(granularity.floor(now - age), granularity.floor(now - 7200)))
            ], tailFetched: ["*": now])
        track.failures = failures
        return track
    }

    private static func progress(
        _ tracks: [Track], knowsIndices: Bool = true, since: UnixTime = now, horizons: [VendorHorizon] = []
    ) -> BackfillProgress {
        var planner = Planner(settings: CollectionSettings(), offers: [:])
        planner.setTracks(tracks)
        for horizon in horizons { planner.reaches.setHorizon(horizon, for: ReachKey(horizon)) }
        return BackfillProgress("APP", planner, knowsIndices: knowsIndices, since: since, now: now)
    }

    private static let year = CollectionSettings.dailyHorizon + 86_400

    @Test("It is complete when indices are known and nothing is missing")
    func complete() {
        let all = [Self.track(.hourly, age: Self.year), Self.track(.daily, age: Self.year)]
        #expect(Self.progress(all).isComplete)
        #expect(Self.progress(all).shortfall.isEmpty)
        #expect(!Self.progress(all, knowsIndices: false).isComplete)
        #expect(!Self.progress([Self.track(.hourly, age: 86_400), all[1]]).isComplete)
    }

    @Test("What has settled since it began is not awaited: with many indices a live tail is always due")
    func due() {
        var hours = Self.track(.hourly, age: Self.year)
        // Its last hour is missing, and its tail is due.
        hours.answered = [
            "*": TimeRangeSet(TimeRange(Self.now - Self.year, Granularity.hourly.floor(Self.now - 10_800)))
        ]
        hours.tailFetched = ["*": Self.now - 3600]
        let days = Self.track(.daily, age: Self.year)
        #expect(!Self.progress([hours, days]).isComplete)
        #expect(Self.progress([hours, days], since: Self.now - 3600).isComplete)
        // After a pause the hours before the beginning are.
        #expect(!Self.progress([hours, days], since: Self.now - 600).isComplete)
    }

    @Test("It is stuck when all that is missing has failed five times in a row")
    func stuck() {
        let complete = Self.track(.daily, age: Self.year)
        #expect(Self.progress([Self.track(.hourly, age: 86_400, failures: 4), complete]).stuck.isEmpty)
        #expect(
            Self.progress([Self.track(.hourly, age: 86_400, failures: 5), complete]).stuck
                == [Self.scope.description])
        var other = Self.track(.hourly, age: 86_400)
        other = Track(
            scope: Scope(application: "APP", index: "products"), granularity: .hourly, answered: other.answered,
            tailFetched: other.tailFetched)
        #expect(Self.progress([Self.track(.hourly, age: 86_400, failures: 5), complete, other]).stuck.isEmpty)
    }

    @Test("What the vendor does not serve is named, days only where they are younger than is usual")
    func shortfall() {
        func horizon(_ granularity: Granularity, days: Int64) -> VendorHorizon {
            VendorHorizon(
                level: .application, granularity: granularity, age: days * 86_400, reason: "too old",
                triedAt: Self.now)
        }
        let lines = Self.progress([], horizons: [horizon(.hourly, days: 30), horizon(.daily, days: 90)]).shortfall
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("APP: no hourly history before 2026-06-15") == true)
        #expect(lines.first?.hasSuffix(": too old") == true)
        #expect(Self.progress([], horizons: [horizon(.daily, days: 80)]).shortfall.count == 1)
    }

    @Test("Twenty ranges that were set aside are named one by one, and the rest counted")
    func setAside() {
        var track = Self.track(.hourly, age: Self.year)
        track.setAside = (0..<23).map { number in
            let start = Granularity.hourly.floor(Self.now - 86_400 * Int64(number + 1))
            return SetAside(
                scope: Self.scope, granularity: .hourly, statistic: "records",
                range: TimeRange(start, start + 3600), reason: "no", triedAt: Self.now)
        }
        let lines = Self.progress([track]).shortfall
        #expect(lines.count == 21 && lines.last == "APP: 3 more ranges skipped")
    }
}
