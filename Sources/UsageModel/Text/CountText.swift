/// Whole numbers for people.
public enum CountText {
    /// The digits in groups of three: `1,234,567`.
    public static func grouped(_ number: some BinaryInteger) -> String {
        (number < 0 ? "-" : "") + grouped("\(number.magnitude)")
    }

    /// Digits in groups of three.
    public static func grouped(_ digits: String) -> String {
        let count = digits.utf8.count
        guard count > 3 else { return digits }
        var text: [UInt8] = []
        text.reserveCapacity(count + count / 3)
        for (index, digit) in digits.utf8.enumerated() {
            if index > 0, (count - index).isMultiple(of: 3) { text.append(UInt8(ascii: ",")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
