internal import UsageModel

extension ValueRule<Compatibility> {
    /// The name of an exporter whose metrics can be exposed.
    static var compatibility: Self {
        let expected = Compatibility.allCases.map(\.rawValue).joined(separator: " or ")
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let compatibility = Compatibility(rawValue: text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is no exporter that is known", expected: expected)
            }
            return compatibility
        }
    }
}

extension ValueRule<Granularity> {
    /// Hours or days.
    static var hoursOrDays: Self {
        let expected = "hourly or daily"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let granularity = Granularity(rawValue: text), granularity != .minutely else {
                throw Complaint(found: "\(ShownText.quoted(text)) is neither", expected: expected)
            }
            return granularity
        }
    }
}

extension ValueRule<[IndexPattern]> {
    /// Names between commas, each a pattern that matches it alone.
    static var indexNames: Self {
        let expected = "names of indices between commas, such as products,articles"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let names = text.split(separator: ",").map { String($0).withoutSurroundingSpace }.filter { !$0.isEmpty }
            let patterns = names.compactMap { IndexPattern($0.replacing(/[*?\\]/) { "\\\($0.output)" }) }
            guard !patterns.isEmpty, patterns.count == names.count else {
                throw Complaint(found: "it names no index", expected: expected)
            }
            return patterns
        }
    }
}
