import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Which question the Monitoring API is asked next")
struct DueQuestionsTests {
    private static let now = Double(World.start)
    /// Every question, and those of an application without a known cluster.
    private static let all = Set(MonitoringJob.allCases)
    private static let ofServers = all.filter(\.needsKey)
    private var generator: any RandomNumberGenerator & Sendable = SeededGenerator(1)

    /// A schedule whose jobs were all answered just now.
    private static func answered() -> MonitoringSchedule {
        var schedule = MonitoringSchedule()
        for job in MonitoringJob.allCases { schedule.succeeded(job, now: World.start, interval: 60) }
        return schedule
    }

    @Test("Questions about clusters wait for the inventory, and the longest due goes first")
    func order() {
        var schedule = MonitoringSchedule()
        for _ in 0..<2 {
            guard case .ask(let job, .hour) = schedule.next(repair: nil, among: Self.ofServers, now: Self.now) else {
                Issue.record("nothing is asked")
                return
            }
            #expect(!job.needsClusters)
            schedule.succeeded(job, now: World.start, interval: 60)
        }
        guard case .idle(let wakeUp) = schedule.next(repair: nil, among: Self.ofServers, now: Self.now) else {
            Issue.record("clusters are asked about that nobody knows")
            return
        }
        #expect(wakeUp > Self.now && wakeUp <= Self.now + 65)
        guard case .ask = schedule.next(repair: nil, among: Self.all, now: Self.now) else {
            Issue.record("clusters are not asked about")
            return
        }
    }

    @Test("A repair goes before everything, unless servers cannot be had")
    mutating func repair() {
        var schedule = MonitoringSchedule()
        #expect(schedule.next(repair: .day, among: Self.all, now: Self.now) == .ask(.infrastructure, .day))
        _ = schedule.failed(.infrastructure, .transient, now: Self.now, using: &generator)
        #expect(schedule.next(repair: .day, among: Self.all, now: Self.now) != .ask(.infrastructure, .day))
    }

    @Test("A refusal of one question is the plan's where the key is good for another, and then only it waits")
    mutating func plan() {
        var schedule = MonitoringSchedule()
        schedule.succeeded(.inventory, now: World.start, interval: 60)
        let delay = schedule.failed(.infrastructure, .unauthorized, now: Self.now, using: &generator)
        #expect(delay >= 240)
        #expect(schedule.isRefused && !schedule.isUnauthorized && !schedule.isUp)
        guard case .ask = schedule.next(repair: nil, among: Self.all, now: Self.now) else {
            Issue.record("the others do not go on")
            return
        }
    }

    @Test("A refusal of what was answered before, or of everything, is the key's and pauses all that need it")
    mutating func key() {
        for isProven in [true, false] {
            var schedule = isProven ? Self.answered() : MonitoringSchedule()
            let delay = schedule.failed(.inventory, .unauthorized, now: Self.now, using: &generator)
            #expect(schedule.isUnauthorized)
            #expect(
                schedule.next(repair: .day, among: Self.ofServers, now: Self.now) == .idle(until: Self.now + delay))
            let later = Self.now + 70
            guard case .ask(let job, .hour) = schedule.next(repair: .day, among: Self.all, now: later) else {
                Issue.record("clusters wait for a key that they do not need")
                return
            }
            #expect(job.needsClusters)
            schedule.keyChanged()
            #expect(!schedule.isUnauthorized && !schedule.isRefused)
            guard case .ask = schedule.next(repair: nil, among: Self.ofServers, now: Self.now) else {
                Issue.record("the new key is not used")
                return
            }
        }
    }

    @Test("A refusal of what needs no key is no key's, and the question waits for itself")
    mutating func gateway() {
        var schedule = Self.answered()
        let delay = schedule.failed(.status, .unauthorized, now: Self.now, using: &generator)
        #expect(delay >= 240)
        #expect(!schedule.isUnauthorized && !schedule.isRefused && !schedule.isUp)
        #expect(schedule.next(repair: .day, among: Self.all, now: Self.now) == .ask(.infrastructure, .day))
        schedule.forget([.status])
        #expect(schedule.isUp)
    }

    @Test("Before the first answer nothing is up, and without a key no repair is asked for")
    func before() {
        #expect(!MonitoringSchedule().isUp)
        let ofClusters = Self.all.subtracting(Self.ofServers)
        #expect(MonitoringSchedule().next(repair: .day, among: ofClusters, now: Self.now) == .ask(.status, .hour))
    }

    @Test("Retry-After pauses everything, a 429 without it the question alone")
    mutating func throttled() {
        var schedule = MonitoringSchedule()
        _ = schedule.failed(.status, .throttled(retryAfter: nil), now: Self.now, using: &generator)
        #expect(schedule.next(repair: .day, among: Self.all, now: Self.now) == .ask(.infrastructure, .day))
        let delay = schedule.failed(.status, .throttled(retryAfter: 40), now: Self.now, using: &generator)
        #expect(delay >= 40)
        #expect(schedule.next(repair: .day, among: Self.all, now: Self.now) == .idle(until: Self.now + delay))
        // The pause is a time of day, which may be set.
        schedule.shift(by: 3600)
        #expect(
            schedule.next(repair: .day, among: Self.all, now: Self.now + 3600)
                == .idle(until: Self.now + 3600 + delay))
    }

    @Test("A day by tens of minutes and a week by hours are asked for where something is missing, the week once")
    func repairs() {
        let end = Granularity.minutely.floor(World.start)
        var repairs = InfrastructureRepairs()
        #expect(repairs.next == nil)
        repairs.plan(answered: TimeRangeSet(TimeRange(end - 3600, end)), now: World.start)
        #expect(repairs.next == .day)
        let day = TimeRangeSet(TimeRange(end - 86_400, end))
        repairs.plan(answered: day, now: World.start)
        #expect(repairs.next == .week)
        repairs.finishWeek(at: World.start)
        #expect(repairs.next == nil)
        repairs.plan(answered: day, now: World.start)
        #expect(repairs.next == nil, "the same week again makes nothing better")
        repairs.plan(answered: TimeRangeSet(TimeRange(end - 8 * 86_400, end)), now: World.start)
        #expect(repairs.next == nil)
    }
}
