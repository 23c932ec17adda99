/// Whole numbers for people.
public enum CountText {
    /// The digits in groups of three: `1,234,567`.
    public static func grouped(_ number: some BinaryInteger) -> String {
        (number < 0 ? "-" : "") + grouped("\(number.magnitude)")
    }

    /// Digits in groups of three.
    public static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
