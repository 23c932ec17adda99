import Testing
import UsageModel

@Suite struct `Durations` {
    @Test(
        arguments: [
            ("30s", 30), ("5m", 300), ("2h", 7200), ("90d", 7_776_000), ("2w", 1_209_600), ("1h30m", 5400),
            ("1w2d3h4m5s", 788_645), ("0s", 0), ("0", 0), ("90m", 5400), ("007s", 7),
        ] as [(String, Int64)])
    func `are numbers with units, the longest first`(_ text: String, _ seconds: Int64) {
        #expect(DurationText.parse(text) == seconds)
    }

    @Test(arguments: [
        "", "5", "s", "5 m", "5 minutes", "-5m", "+5m", "1.5h", "30m1h", "1h1h", "5M", "5ms", "1y", " 5m", "5m ",
        "٥m", "9223372036854775807m", "99999999999999999999s", "15250284452471w3d15h30m8s",
    ])
    func `are nothing else`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0s"), (30, "30s"), (300, "5m"), (5400, "1h30m"), (7_776_000, "90d"), (1_209_600, "14d"),
            (180_000, "2d2h"),
        ] as [(Int64, String)])
    func `are written in days, hours, minutes and seconds`(_ seconds: Int64, _ text: String) {
        #expect(DurationText.string(seconds) == text)
        #expect(DurationText.parse(text) == seconds)
    }
}
