internal import UsageModel

/// The fault of a text. Neither part may repeat a secret.
struct Complaint: Error {
    var found: String
    /// Empty when `found` says enough.
    var expected: String
}

/// The form that a single value must have.
struct ValueRule<Value> {
    /// The expected form, for when there is no value, or a list or mapping instead of one.
    let expected: String
    /// The value of a text.
    let read: (String) throws(Complaint) -> Value
}

extension ValueRule<Int64> {
    /// The longest duration of all: ten years.
    static var longest: Int64 { 3650 * 86_400 }

    /// A duration of at least `minimum` and at most ten years, in seconds.
    static func duration(atLeast minimum: Int64) -> Self {
        let expected = "a number with a unit such as 30s, 5m, 2h or 90d"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let seconds = DurationText.parse(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a duration", expected: expected)
            }
            guard seconds >= minimum else {
                throw Complaint(found: "\(text) is too short", expected: "at least \(DurationText.string(minimum))")
            }
            guard seconds <= longest else {
                throw Complaint(found: "\(text) is too long", expected: "at most \(DurationText.string(longest))")
            }
            return seconds
        }
    }

    /// A date, as days since 1970-01-01.
    static var date: Self {
        let expected = "a date such as 2026-02-01"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard text.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/) != nil else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a date", expected: expected)
            }
            let parts = text.split(separator: "-").compactMap { Int($0) }
            guard let day = CivilTime.daysSinceEpoch(year: parts[0], month: parts[1], day: parts[2]), day >= 0 else {
                throw Complaint(found: "there is no day \(text) since 1970", expected: expected)
            }
            return day
        }
    }
}

extension ValueRule<Int> {
    /// A whole number from 1. Digits may be grouped with `_`, as in YAML 1.1.
    private static var positiveInteger: Self {
        let expected = "a whole number of at least 1"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let number = Int(text.replacing("_", with: "")) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a whole number", expected: expected)
            }
            guard number >= 1 else { throw Complaint(found: "\(number) is too small", expected: expected) }
            return number
        }
    }

    /// The same, up to `maximum`, which keeps sums and products of it far from what an `Int` can hold.
    static func positiveInteger(atMost maximum: Int) -> Self {
        ValueRule(expected: "a whole number from 1 to \(maximum)") { text throws(Complaint) in
            let number = try positiveInteger.read(text)
            guard number <= maximum else {
                throw Complaint(found: "\(number) is too large", expected: "at most \(maximum)")
            }
            return number
        }
    }
}

extension ValueRule<Int> {
    /// The largest size of all: more than any machine has.
    private static var largestSize: Int { 1_000_000_000_000 }
    private static var units: [(name: String, bytes: Int)] {
        [("MB", 1_000_000), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("GiB", 1 << 30)]
    }

    /// A size in bytes, as a whole number with a unit.
    static func bytes(from minimum: Int) -> Self {
        let expected = "a whole number with a unit such as 512MB, 2GB, 512MiB or 2GiB"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let match = text.wholeMatch(of: /([0-9]+) ?(MB|GB|MiB|GiB)/), let number = Int(match.1),
                let unit = units.first(where: { $0.name == match.2 })
            else { throw Complaint(found: "\(ShownText.quoted(text)) is not a size", expected: expected) }
            guard number <= largestSize / unit.bytes else {
                throw Complaint(found: "\(text) is too large", expected: "at most \(largestSize / 1_000_000_000)GB")
            }
            guard number * unit.bytes >= minimum else {
                throw Complaint(found: "\(text) is too small", expected: "at least \(minimum / 1_000_000)MB")
            }
            return number * unit.bytes
        }
    }
}

extension ValueRule<Double> {
    /// The largest number, which an `Int64` and a `Double` hold exactly.
    private static var largest: Double { 1e15 }

    /// A number above zero, up to 10¹⁵. Digits may be grouped with `_`, as in YAML 1.1.
    static var positiveNumber: Self {
        let expected = "a number above 0"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let number = Double(text.replacing("_", with: "")), number.isFinite else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a number", expected: expected)
            }
            guard number > 0 else { throw Complaint(found: "\(text) is too small", expected: expected) }
            guard number <= largest else {
                throw Complaint(found: "\(text) is too large", expected: "at most 1000000000000000")
            }
            return number
        }
    }
}

extension ValueRule<Bool> {
    /// Whether Usage API v2 is asked: `auto`, where it is served, or `off`.
    static var usageV2: Self {
        let expected = "auto or off"
        return ValueRule(expected: expected) { text throws(Complaint) in
            switch text.lowercased() {
            case "auto": return true
            // YAML 1.1 writes off as false, too.
            case "off", "false", "no": return false
            default: throw Complaint(found: "\(ShownText.quoted(text)) is neither auto nor off", expected: expected)
            }
        }
    }

    static var boolean: Self {
        let expected = "true or false"
        return ValueRule(expected: expected) { text throws(Complaint) in
            switch text.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: throw Complaint(found: "\(ShownText.quoted(text)) is neither true nor false", expected: expected)
            }
        }
    }
}
