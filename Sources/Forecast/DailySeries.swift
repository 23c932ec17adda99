/// A value for each day, as a forecast needs it.
public struct DailySeries: Sendable, Hashable {
    /// Days since 1970-01-01 UTC.
    public var firstDay: Int64
    /// Nil where nothing was reported.
    public var values: [Double?]

    public init(firstDay: Int64, values: [Double?]) {
        self.firstDay = firstDay
        self.values = values
    }

    /// The day after the newest one.
    public var endDay: Int64 { firstDay + Int64(values.count) }

    /// Without days at the beginning and end that were not reported.
    public var trimmed: DailySeries {
        guard let first = values.firstIndex(where: { $0 != nil }), let last = values.lastIndex(where: { $0 != nil })
        else { return DailySeries(firstDay: firstDay, values: []) }
        return DailySeries(firstDay: firstDay + Int64(first), values: Array(values[first...last]))
    }

    /// The days that a pause may take: fewer are outliers, and after more of them the past says little.
    private static let pause = 7...60

    /// The same without the values of pauses: zeros between other days, in a series in which zeros are rare. What
    /// comes after a pause continues what was before it, and the way back is no growth.
    var withoutPauses: DailySeries {
        var pauses: [Range<Int>] = []
        var zeros = 0
        var first: Int?
        for (day, value) in values.enumerated() {
            guard let value else { continue }
            if value <= 0 {
                zeros += 1
                first = first ?? day
            } else if let start = first {
                if start > 0, Self.pause.contains(day - start) { pauses.append(start..<day) }
                first = nil
            }
        }
        var series = self
        for day in pauses.joined() { series.values[day] = nil }
        let reported = values.count { $0 != nil }
        let rest = series.values.count { $0 != nil }
        let usualZeros = zeros - (reported - rest)
        // Two closed days a week are usual; with more zeros, or many pauses, those are usual, too.
        return usualZeros * 7 <= rest * 2 && rest * 4 >= reported * 3 ? series : self
    }

    /// Every day with a value: one that was not reported gets what lies between the same weekdays before and
    /// after it, so that a gap adds neither a level nor a season.
    var filled: [Double] {
        var filled = values
        for day in values.indices where values[day] == nil {
            let before = stride(from: day - 7, through: 0, by: -7).first { values[$0] != nil }
            let after = stride(from: day + 7, to: values.count, by: 7).first { values[$0] != nil }
            switch (before, after) {
            case (let before?, let after?):
                let share = Double(day - before) / Double(after - before)
                filled[day] = (values[before] ?? 0) * (1 - share) + (values[after] ?? 0) * share
            case (let known?, nil), (nil, let known?): filled[day] = values[known]
            case (nil, nil): break
            }
        }
        // A weekday that was never reported takes its neighbour's value.
        var known = filled.compactMap(\.self).first ?? 0
        return filled.map { value in
            known = value ?? known
            return known
        }
    }
}

/// A value and its day.
public struct DayValue: Sendable, Hashable {
    /// Days since 1970-01-01.
    public var day: Int64
    public var value: Double

    public init(day: Int64, value: Double) {
        self.day = day
        self.value = value
    }
}

extension DailySeries {
    /// Nil when nothing was reported on that day.
    public func value(of day: Int64) -> Double? {
        day >= firstDay && day < endDay ? values[Int(day - firstDay)] : nil
    }

    /// The days of `range` that were reported, oldest first.
    public func values(in range: Range<Int64>) -> [DayValue] {
        range.clamped(to: firstDay..<max(endDay, firstDay)).compactMap { day in
            values[Int(day - firstDay)].map { DayValue(day: day, value: $0) }
        }
    }

    /// The newest day that was reported.
    public var newest: DayValue? {
        values.lastIndex { $0 != nil }.flatMap { index in
            values[index].map { DayValue(day: firstDay + Int64(index), value: $0) }
        }
    }

    /// The same up to `endDay`, with days that were not reported where it ended before.
    public func extended(to endDay: Int64) -> DailySeries {
        let missing = Int(max(endDay - self.endDay, 0))
        return DailySeries(firstDay: firstDay, values: values + [Double?](repeating: nil, count: missing))
    }
}

extension Sequence<DayValue> {
    /// The day with the highest value; the last of several.
    public var highest: DayValue? {
        reduce(nil) { highest, day in
            guard let highest, highest.value > day.value else { return day }
            return highest
        }
    }
}
