import Testing
import UsageModel

@Suite("Times")
struct TimeTests {
    @Test("RFC 3339 is written and read back", arguments: [0, 951_782_400, 1_784_111_999, 253_402_300_799])
    func roundTrip(time: UnixTime) {
        #expect(RFC3339.parse(RFC3339.string(time)) == time)
    }

    @Test("No time is out of reach of buckets and ranges", arguments: Granularity.allCases)
    func extremes(granularity: Granularity) {
        for time in [UnixTime.min, .min + 1, .max - 1, .max] {
            #expect(granularity.floor(time) % granularity.seconds == 0)
            #expect(granularity.ceiling(time) % granularity.seconds == 0)
        }
        #expect(granularity.floor(-1) == -granularity.seconds && granularity.ceiling(-1) == 0)
        #expect(granularity.floor(.min) < .min + granularity.seconds)
        #expect(granularity.ceiling(.max) > .max - granularity.seconds)
        #expect(TimeRange(.min, .max).seconds == .max)
        #expect(TimeRangeSet([TimeRange(.min, -1), TimeRange(0, .max)]).seconds == .max)
        #expect(!RFC3339.string(.min).isEmpty && !RFC3339.string(.max).isEmpty)
    }

    @Test("A known instant has its known spelling")
    func spelling() {
        #expect(RFC3339.string(1_784_073_600) == "2026-07-15T00:00:00Z")
        #expect(RFC3339.string(951_782_400) == "2000-02-29T00:00:00Z")
    }

    @Test("Offsets and fractions are understood")
    func offsets() {
        #expect(RFC3339.parse("2026-07-15T02:00:00+02:00") == 1_784_073_600)
        #expect(RFC3339.parse("2026-07-14T19:30:00-04:30") == 1_784_073_600)
        #expect(RFC3339.parse("2026-07-15T00:00:00.999Z") == 1_784_073_600)
        #expect(RFC3339.parse("2026-07-15T00:00:00.001Z", roundsUp: true) == 1_784_073_601)
        #expect(RFC3339.parse("2026-07-15T02:00:00.000+02:00", roundsUp: true) == 1_784_073_600)
    }

    @Test(
        "What is no instant is refused",
        arguments: [
            "", "2026-07-15", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-07-15T24:00:00Z",
            "2026-07-15T00:00:00", "2026-07-15T00:00:00Zx", "2026-07-15T00:00:00.Z", "2026-07-15T00:00:00+25:00", "now",
        ])
    func refused(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("Days of all months of leap and other years are counted without a gap")
    func days() throws {
        var expected = try #require(CivilTime.daysSinceEpoch(year: 1999, month: 12, day: 31))
        for year in 2000...2004 {
            for month in 1...12 {
                for day in 1...CivilTime.daysInMonth(month, of: year) {
                    expected += 1
                    #expect(CivilTime.daysSinceEpoch(year: year, month: month, day: day) == expected)
                    let civil = CivilTime(expected * 86_400 + 3723)
                    #expect((civil.year, civil.month, civil.day) == (year, month, day))
                    #expect((civil.hour, civil.minute, civil.second) == (1, 2, 3))
                }
            }
        }
    }

    @Test("Buckets are found by floor and ceiling, before 1970 too")
    func buckets() {
        #expect(Granularity.hourly.floor(7199) == 3600)
        #expect(Granularity.hourly.floor(-1) == -3600)
        #expect(Granularity.daily.ceiling(86_400) == 86_400)
        #expect(Granularity.daily.ceiling(86_401) == 172_800)
    }
}
