extension RangeSet<Int64> {
    /// How many days of `range` are in the set.
    func days(in range: Range<Int64>) -> Int {
        ranges.reduce(0) { $0 + $1.clamped(to: range).count }
    }
}
