internal import UsageModel

/// The labels of a time axis: whole hours, days, weeks, months or years, in UTC.
struct TimeTicks: Sendable, Hashable {
    struct Tick: Sendable, Hashable {
        var time: UnixTime
        var label: String
        /// Whether there is no room for its label on a phone: every second one.
        var isWideOnly = false
    }

    private(set) var ticks: [Tick]

    private static let day = Granularity.daily.seconds
    /// Steps below a month in seconds. Weeks begin on Monday.
    private static let seconds: [Int64] = [
        60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, day, 2 * day, 7 * day, 14 * day,
    ]
    /// More intervals do not leave enough room for the labels between them.
    private static let mostIntervals = 7
    private static let mostMonths = 16
    /// The first Monday after 1970-01-01.
    private static let monday = 4 * day

    init(_ range: TimeRange) {
        ticks = []
        guard range.seconds > 0 else { return }
        if let step = Self.seconds.first(where: { range.seconds / $0 < Self.mostIntervals }) {
            ticks = Self.even(range, step: step)
        } else {
            ticks = Self.months(range)
        }
    }

    private static func even(_ range: TimeRange, step: Int64) -> [Tick] {
        let offset = step >= 7 * day ? monday : 0
        let remainder = (range.start - offset) % step
        let first = range.start - remainder + (remainder > 0 ? step : 0)
        let times = Array(stride(from: first, through: range.end, by: Int(step)))
        // Labels that name a day must survive on a phone.
        let midnight = step < day ? times.firstIndex { $0 % day == 0 } : nil
        let parity = (midnight ?? 0) % 2
        var ticks = times.enumerated().map { index, time in
            let isDay = time % day == 0
            let label = isDay ? CalendarText.dayMonth(CalendarText.day(of: time)) : CalendarText.clock(time)
            return Tick(time: time, label: label, isWideOnly: index % 2 != parity)
        }
        // Some label has to tell the year, or the day when there is none.
        if midnight == nil, let index = roomiest(ticks, range) {
            let date = CalendarText.day(of: ticks[index].time)
            ticks[index].label =
                step < day ? "\(CalendarText.dayMonth(date)) \(ticks[index].label)" : CalendarText.date(date)
        }
        return ticks
    }

    /// The first tick with room for a long label: shown everywhere, and not at the edge.
    private static func roomiest(_ ticks: [Tick], _ range: TimeRange) -> Int? {
        let margin = Int64(Double(range.seconds) * LabelEdge.year)
        return ticks.firstIndex { tick in
            !tick.isWideOnly && (range.start + margin...range.end - margin).contains(tick.time)
        } ?? ticks.indices.first
    }

    private static func months(_ range: TimeRange) -> [Tick] {
        let start = CivilTime(range.start)
        let end = CivilTime(range.end)
        let span = (end.year - start.year) * 12 + end.month - start.month
        let step = [1, 2, 3, 6, 12, 24, 60, 120].first { span / $0 < mostMonths } ?? 12 * (span / 12 / 10 + 1)
        var ticks: [Tick] = []
        // Months since year 0.
        let first = (start.year * 12 + start.month - 1) / step * step
        for month in stride(from: first, through: end.year * 12 + end.month - 1, by: step) {
            guard let day = CivilTime.daysSinceEpoch(year: month / 12, month: month % 12 + 1, day: 1) else { continue }
            let time = day * Self.day
            guard range.start <= time, time <= range.end else { continue }
            let isWideOnly = step < 12 ? month % 12 / step % 2 == 1 : month / step % 2 == 1
            ticks.append(
                Tick(
                    time: time, label: month % 12 == 0 ? "\(month / 12)" : CalendarText.monthName(day),
                    isWideOnly: isWideOnly))
        }
        // Some label has to tell the year.
        if !ticks.contains(where: { $0.label.count == 4 }) {
            for index in ticks.indices { ticks[index].isWideOnly = index % 2 == 1 }
            if let index = roomiest(ticks, range) {
                ticks[index].label = CalendarText.shortMonth(CalendarText.day(of: ticks[index].time))
            }
        }
        return ticks
    }
}

/// Distances from the edge, in shares of the width, within which a label is not centred on its place.
enum LabelEdge {
    static let long = 0.05
    /// The distance for labels of up to ``shortest`` characters.
    static let short = 0.02
    static let shortest = 4
    /// The distance within which a label with a year would leave a phone's screen.
    static let year = 0.14
}
