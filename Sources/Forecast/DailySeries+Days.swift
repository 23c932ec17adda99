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
