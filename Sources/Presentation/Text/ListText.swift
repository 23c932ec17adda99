/// Lists in sentences.
public enum ListText {
    /// `a`, `a and b`, `a, b and c`; empty without items.
    public static func joined(_ items: [String], conjunction: String = "and") -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
