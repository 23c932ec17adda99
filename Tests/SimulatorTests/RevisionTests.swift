import Simulator
import Testing
import UsageModel

@Suite("Provisional buckets")
struct RevisionTests {
    let truth = World().truth
    let hour = Granularity.hourly.floor(World.now)

    private func searches(_ bucket: UnixTime, _ asOf: UnixTime, _ granularity: Granularity = .hourly) -> Double? {
        truth.value(
            application: World.application, statistic: "total_search_requests", granularity: granularity,
            bucket: bucket, asOf: asOf)?.double
    }

    @Test("a bucket that has not begun is not reported", arguments: [Granularity.hourly, .daily])
    func future(granularity: Granularity) {
        let start = granularity.floor(World.now)
        #expect(searches(start, start, granularity) == nil)
        #expect(searches(start, start - 1, granularity) == nil)
        #expect(searches(start, start + 60, granularity) != nil)
    }

    @Test("a running hour shows the elapsed part of its counts")
    func running() throws {
        let final = try #require(searches(hour, Truth.settled))
        for minutes in [6, 30, 54] {
            let seen = try #require(searches(hour, hour + Int64(minutes) * 60))
            let part = Double(minutes) / 60
            #expect(seen <= final * part)
            #expect(seen >= final * part * 0.96)
        }
    }

    @Test("until 90 minutes after its end an hour is up to three percent too low")
    func settling() throws {
        for offset in 0..<48 {
            let hour = hour - Int64(offset) * 3600
            let final = try #require(searches(hour, Truth.settled))
            let early = try #require(searches(hour, hour + 3600 + 89 * 60))
            #expect(early < final)
            #expect(early >= final * 0.969)
        }
    }

    @Test("some hours get a late revision twenty hours after their end, the others are final after 90 minutes")
    func lateRevisions() throws {
        var revised = 0
        for offset in 0..<1000 {
            let end = hour - Int64(offset) * 3600 + 3600
            let final = try #require(searches(end - 3600, Truth.settled))
            let settled = try #require(searches(end - 3600, end + 90 * 60))
            #expect(settled >= final * 0.989)
            if settled < final { revised += 1 }
            #expect(searches(end - 3600, end + 20 * 3600) == final)
        }
        #expect((5...45).contains(revised))
    }

    @Test("a day is the sum of its hours as they are seen at that time")
    func days() throws {
        let day = Granularity.daily.floor(World.now)
        for asOf in [World.now, day + 86_400 + 3600, Truth.settled] {
            let hours = stride(from: day, to: day + 86_400, by: 3600).compactMap { searches($0, asOf) }
            #expect(searches(day, asOf, .daily) == hours.reduce(0, +))
        }
        let final = try #require(searches(day, Truth.settled, .daily))
        #expect(try #require(searches(day, day + 86_400 + 3600, .daily)) < final)
    }
}
