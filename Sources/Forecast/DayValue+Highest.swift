extension Sequence<DayValue> {
    /// The day with the highest value; the last of several.
    public var highest: DayValue? {
        reduce(nil) { highest, day in
            guard let highest, highest.value > day.value else { return day }
            return highest
        }
    }
}
