import UsageModel

@testable import Transport
@testable import Web

extension FuzzTarget {
    /// Times in every spelling.
    static let times = FuzzTarget("times", longest: 128) { bytes in
        guard let text = text(bytes) else { return }
        let years = TimeRange(-62_167_219_200, 253_402_300_800)
        for roundsUp in [false, true] {
            guard let time = RFC3339.parse(text, roundsUp: roundsUp), years.contains(time) else { continue }
            let printed = RFC3339.string(time)
            try check(RFC3339.parse(printed) == time, "\(time) is printed as \(printed)")
        }
        _ = RFC3339.withPlus(text)
        if let time = TimeText.parse(text, now: 1_784_110_800) {
            try check(years.contains(time), "\(time) cannot be written")
        }
        if let time = HTTPDate.time(text) {
            let printed = HTTPDate.string(time)
            try check(HTTPDate.time(printed) == time, "\(time) is printed as \(printed)")
        }
        if let seconds = RetryAfter.seconds(text, now: 1_784_110_800) {
            try check((0...RetryAfter.longest).contains(seconds), "a pause of \(seconds) s")
        }
    }

    /// Durations and steps.
    static let durations = FuzzTarget("durations", longest: 128) { bytes in
        guard let text = text(bytes) else { return }
        if let seconds = DurationText.parse(text) {
            try check(seconds >= 0, "\(seconds) s")
            let printed = DurationText.string(seconds)
            try check(DurationText.parse(printed) == seconds, "\(seconds) s is printed as \(printed)")
        }
        if let milliseconds = DurationText.parseMilliseconds(text) {
            try check(milliseconds >= 0, "\(milliseconds) ms")
        }
        _ = RangeParameters.seconds(text)
    }
}
