import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Tracks")
struct TrackTests {
    private let hour: Int64 = 3600
    private let day: Int64 = 86_400
    private let now = World.start
    private let settings = CollectionSettings()

    private func track(
        _ index: IndexName = "", _ granularity: Granularity = .hourly,
        answered: [StatisticName: TimeRangeSet] = [:], tail: [StatisticName: UnixTime] = [:]
    ) -> Track {
        var track = Track(
            scope: PlannedCollection.scope(index), granularity: granularity, answered: answered, tailFetched: tail)
        track.derive(served: ["records", "file_size"])
        return track
    }

    private func setAside(
        _ statistic: StatisticName, _ range: TimeRange, triedAt: UnixTime, breaksAnswers: Bool = false
    ) -> SetAside {
        SetAside(
            scope: PlannedCollection.scope(""), granularity: .hourly, statistic: statistic, range: range, reason: "NaN",
            triedAt: triedAt, breaksAnswers: breaksAnswers)
    }

    @Test("What is known is what is answered or set aside, by name and by the wildcard: a random comparison")
    func known() {
        var generator = SeededGenerator(11)
        let range = TimeRange(now - 100 * hour, now + 60).intersection(TimeRange(0, Granularity.hourly.floor(now)))
        let names: [StatisticName] = ["records", "file_size", .everything]
        for round in 0..<200 {
            var track = track()
            for name in names { track.answered[name] = generator.coverage(in: range, .hourly) }
            for name in names {
                track.setAside += generator.coverage(in: range, .hourly).ranges.map {
                    setAside(name, $0, triedAt: now)
                }
            }
            track.derive(served: ["records", "file_size"])
            var covered = 0
            for start in range.buckets(.hourly) {
                let bucket = TimeRange(start, start + hour)
                func isKnown(_ name: StatisticName) -> Bool {
                    track.answered[name]?.contains(bucket) == true
                        || track.setAside.contains { $0.statistic == name && $0.range.contains(start) }
                }
                let (all, one, other) = (isKnown(.everything), isKnown("records"), isKnown("file_size"))
                #expect(track.missing("records", in: bucket).isEmpty == (all || one), "round \(round)")
                #expect(track.missing(.everything, in: bucket).isEmpty == all, "round \(round)")
                #expect(track.missing(in: bucket).isEmpty == (all || one && other), "round \(round)")
                if all || one && other { covered += 1 }
            }
            #expect(track.covered.intersection(TimeRangeSet(range)).seconds == Int64(covered) * hour)
        }
    }

    @Test("Only what breaks answers and reaches beyond its last try holds up the live tail")
    func open() {
        var track = track()
        let past = TimeRange(now - 9 * hour, now - 8 * hour)
        let tail = TimeRange(now - 2 * hour, now + hour)
        track.setAside = [
            setAside("records", tail, triedAt: now, breaksAnswers: true),
            setAside("records", TimeRange(now - 5 * hour, now + 1), triedAt: now, breaksAnswers: true),
            setAside("file_size", tail, triedAt: now), setAside("max_qps", past, triedAt: now, breaksAnswers: true),
            setAside("max_qps", TimeRange(now - 3 * hour, now), triedAt: now, breaksAnswers: true),
        ]
        track.derive(served: [])
        #expect(track.openSince == ["records": now - 5 * hour])
    }

    @Test("A tail that was fetched with everything is fetched for each name; the name's own fetch counts before it")
    func lastTail() {
        let track = track(tail: [.everything: 100, "records": 50])
        #expect(track.lastTail("records") == 50)
        #expect(track.lastTail("file_size") == 100)
        #expect(self.track().lastTail("records") == nil)
        #expect(self.track().tailDue(.everything, settings) == .min)
    }

    @Test(
        "The application's hours are due by their interval; all others a minute after their own turns",
        arguments: [
            0, 1, 59, 60, 61, 3599, 3600, 3659, 3660, 3661, 86_399,
        ] as [Int64])
    func due(offset: Int64) {
        let midnight: UnixTime = 1_784_073_600
        let last = midnight + offset
        let tail: [StatisticName: UnixTime] = [.everything: last]
        #expect(track(tail: tail).tailDue(.everything, settings) == last + 300)
        for track in [track("a", tail: tail), track("", .daily, tail: tail), track("a", .daily, tail: tail)] {
            let due = track.tailDue(.everything, settings)
            #expect(due > last && due - last <= hour)
            #expect(due % hour == 60)
        }
        var slow = settings
        slow.indexInterval = day
        #expect(track("a", tail: tail).tailDue("records", slow) % day == 60)
        #expect(track("a", .daily, tail: tail).tailDue("records", slow) % hour == 60, "days do not wait for it")
    }

    @Test("A fetch that straddled its turn is followed by the next: its buckets were too young for it")
    func straddled() {
        let turn = now - now % hour
        // Within the minute that the vendor is given, the hour is not expected to be complete.
        #expect(track("a", tail: [.everything: turn + 59]).tailDue(.everything, settings) == turn + 60)
        #expect(track("a", tail: [.everything: turn + 60]).tailDue(.everything, settings) == turn + hour + 60)
    }

    @Test("A live fetch always has the unsettled tail and the bucket of now, and never more than a request may have")
    func tailRange() {
        var generator = SeededGenerator(5)
        for round in 0..<2000 {
            var settings = settings
            settings.settleDelay =
                [0, 1, 3600, 7200, 86_400, 8 * 86_400, 400 * 86_400].randomElement(using: &generator) ?? 0
            settings.horizon = [1, hour, day, 30 * day].randomElement(using: &generator) ?? 0
            let granularity: Granularity = Bool.random(using: &generator) ? .hourly : .daily
            let now = now + Int64.random(in: -40 * day...40 * day, using: &generator)
            let desired = settings.desired(granularity, now: now)
            var track = track("", granularity, answered: [.everything: generator.coverage(in: desired, granularity)])
            if Bool.random(using: &generator) {
                track.tailFetched = [.everything: now - Int64.random(in: 0...40 * day, using: &generator)]
            }
            let range = track.tailRange(.everything, settings, now: now)
            let unsettled = granularity.floor(now - settings.settleDelay)
            let end = granularity.floor(now) + granularity.seconds
            #expect(range.start <= max(unsettled, end - PlannedRequest.longest(granularity)), "round \(round)")
            #expect(range.end == end, "round \(round)")
            #expect(range.seconds <= PlannedRequest.longest(granularity), "round \(round)")
            let early = TimeRange(range.start, unsettled)
            #expect(track.missing(.everything, in: early) == TimeRangeSet(early), "round \(round): nothing known again")
            if let last = track.tailFetched[.everything] {
                #expect(range.start >= min(unsettled, granularity.floor(last - settings.settleDelay)), "round \(round)")
            } else if granularity == .daily {
                #expect(range.start >= unsettled, "the first year of days is backfill's")
            }
        }
    }

    @Test("A live fetch begins after what makes answers fail")
    func tailBeginsAfterCulprit() {
        let settled = Granularity.hourly.floor(now - 7200)
        var track = track()
        let broken = TimeRange(settled - 30 * hour, settled - 20 * hour)
        track.setAside = [setAside("records", broken, triedAt: now, breaksAnswers: true)]
        track.derive(served: ["records", "file_size"])
        #expect(track.tailRange(.everything, settings, now: now).start == broken.end)
        track.setAside[0].breaksAnswers = false
        track.derive(served: ["records", "file_size"])
        let range = track.tailRange(.everything, settings, now: now)
        #expect(range.end - range.start == 7 * day, "an unreadable value harms no answer")
    }

    @Test("No tail yet means that all of the past is to come: nothing of it is awaited from the next tail")
    func awaited() {
        #expect(track().awaited(.everything, settings) == nil)
        let last = now - 5 * hour
        let awaited = track(tail: [.everything: last]).awaited("records", settings)
        #expect(awaited == TimeRange(Granularity.hourly.floor(last - 7200), .max))
    }
}
