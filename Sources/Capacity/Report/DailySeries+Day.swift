extension DailySeries {
    /// Nil when nothing was reported on that day.
    func value(of day: Int64) -> Double? {
        day >= firstDay && day < endDay ? values[Int(day - firstDay)] : nil
    }
}
