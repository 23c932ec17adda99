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
