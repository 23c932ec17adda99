import Forecast
import TestSupport
import Testing
import UsageModel

@testable import Capacity

@Suite struct UnusualDayTests {
    private static let week = [120.0, 115, 110, 112, 130, 60, 50]

    /// A usual day: a weekday of some level, with noise.
    private static func usual(_ day: Int, level: Double = 10) -> Double {
        level * week[day % 7] * (1 + noise(day) / 20)
    }

    private func unusual(
        _ statistic: StatisticName = "billed_search_requests", days: Int = 365, _ value: (Int) -> Double?
    ) -> [UnusualDay] {
        var fixture = CapacityFixture(days: days)
        fixture.add(statistic, value)
        return UnusualDay.all(fixture.input)
    }

    private func day(_ number: Int) -> Int64 { CapacityFixture(days: 1).day(number) }

    @Test(arguments: [0, 1, 100, 205, 206, 363, 364])
    func `a day far above its weekday is found, wherever it is`(outlier: Int) throws {
        let found = unusual { Self.usual($0) * ($0 == outlier ? 3 : 1) }
        #expect(found.map(\.day) == [day(outlier)])
        let only = try #require(found.first)
        #expect(only.statistic == "billed_search_requests")
        #expect(only.value == Self.usual(outlier) * 3)
        #expect(abs(only.expected - Self.usual(outlier)) < Self.usual(outlier) * 0.15)
        #expect(only.deviations > 10)
    }

    @Test func `an outage is below`() throws {
        let found = unusual { $0 == 200 ? 0 : Self.usual($0) }
        #expect(found.map(\.day) == [day(200)])
        let outage = try #require(found.first)
        #expect(outage.deviations < -10)
    }

    @Test func `weekends, noise and growth are usual`() {
        #expect(unusual { Self.usual($0) }.isEmpty)
        #expect(unusual { Self.usual($0, level: 100 + Double($0)) }.isEmpty)
        #expect(unusual { Self.usual($0, level: 500 - Double($0)) }.isEmpty)
    }

    @Test(arguments: [0.3, 0.5, 2, 5])
    func `a level that changes for good is no row of unusual days`(factor: Double) {
        for shift in [100, 103, 105, 180, 300, 330, 344] {
            #expect(unusual { Self.usual($0) * ($0 < shift ? 1 : factor) }.isEmpty)
        }
        // In the newest two weeks it may be an event: one line says so, with the day it began.
        for shift in [353, 358, 361] {
            let found = unusual { Self.usual($0) * ($0 < shift ? 1 : factor) }
            #expect(found.count == 1)
            #expect((day(shift)...day(shift + 2)).contains(found.first?.day ?? 0))
        }
    }

    @Test func `an event of some days is listed once, on a day that is nearly its worst`() {
        let event = [200: 1.8, 201: 4.0, 202: 4.2, 203: 3.5]
        let found = unusual { Self.usual($0) * (event[$0] ?? 1) }
        #expect(found.map(\.day) == [day(201)])
    }

    @Test func `a day less than a quarter off is usual, however steady the rest`() {
        #expect(unusual("records") { $0 == 100 ? 1240 : 1000 }.isEmpty)
        #expect(unusual("records") { $0 == 100 ? 1250 : 1000 }.map(\.day) == [day(100)])
        #expect(unusual("records") { $0 == 100 ? 740 : 1000 }.map(\.day) == [day(100)])
    }

    @Test func `the farthest off come first, twenty at most`() {
        // Every twelfth day another factor.
        let found = unusual(days: 800) { number in
            Self.usual(number) * (number % 24 == 12 ? 2 + Double(number) / 100 : 1)
        }
        #expect(found.count == 20)
        #expect(found.map(\.deviations) == found.map(\.deviations).sorted(by: >))
    }

    @Test func `statistics are judged by themselves`() {
        var fixture = CapacityFixture(days: 100)
        for (number, statistic) in UnusualDay.statistics.enumerated() {
            fixture.add(statistic) { Self.usual($0) * ($0 == 30 + number ? 4 : 1) }
        }
        fixture.add("data_size") { Self.usual($0) * ($0 == 50 ? 4 : 1) }
        let found = UnusualDay.all(fixture.input)
        #expect(Set(found.map(\.statistic)) == Set(UnusualDay.statistics))
        #expect(found.count == 5)
    }

    @Test func `what happens now and then is usual`() {
        #expect(unusual { $0 % 5 == 3 ? 200 : 0 }.isEmpty)
        #expect(unusual { noise($0) > 0.6 ? 500 : 0 }.isEmpty)
    }

    @Test func `it takes 42 reported days`() {
        #expect(unusual(days: 41) { Self.usual($0) * ($0 == 20 ? 5 : 1) }.isEmpty)
        #expect(unusual(days: 42) { Self.usual($0) * ($0 == 20 ? 5 : 1) }.count == 1)
        #expect(unusual(days: 300) { $0 < 41 ? Self.usual($0) * ($0 == 20 ? 5 : 1) : nil }.isEmpty)
    }

    @Test func `a gap of months hides nothing and adds nothing`() {
        let found = unusual { (100..<220).contains($0) ? nil : Self.usual($0) * ($0 == 300 ? 3 : $0 < 220 ? 1 : 2) }
        #expect(found.map(\.day) == [day(300)])
    }

    @Test func `a named day says its name, and stays apart from others`() {
        var fixture = CapacityFixture(days: 365)
        fixture.events.add("sale", day(200)...day(202))
        let event = [198: 3.0, 200: 4.0, 201: 6.0, 202: 5.0]
        fixture.add("billed_search_requests") { Self.usual($0) * (event[$0] ?? 1) }
        let found = UnusualDay.all(fixture.input)
        #expect(found.map(\.day) == [day(201), day(198)])
        #expect(found.map(\.event) == ["sale", nil])
    }

    @Test func `a day with too little around it is not judged`() {
        #expect(unusual { $0 < 100 || $0 == 200 ? Self.usual($0) * ($0 == 200 ? 9 : 1) : nil }.isEmpty)
    }
}
