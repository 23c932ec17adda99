internal import LinearRegex
internal import PrometheusModel
internal import UsageModel

extension MetricSeriesSet {
    /// Members between two looks at whether anybody still waits for the answer.
    private static let stride = 4096

    /// Positions of the members that every matcher accepts, ascending.
    /// - Parameter budget: of the request.
    /// - Throws: ``RemoteReadRefusal`` for a regular expression that cannot be read or takes too long, and
    ///   `CancellationError`.
    func matching(_ matchers: [LabelMatcher], _ budget: RegexBudget = RegexBudget()) throws -> [Int] {
        var tests: [LabelTest] = []
        for matcher in matchers { tests.append(try LabelTest(matcher, budget)) }
        let split = tests.partition { $0.name == Label.metricName }
        let nameTests = tests[split...]
        let labelTests = tests[..<split]
        // Metrics are few: their names are looked at once and not series by series.
        let candidates = nameTests.lazy.compactMap(\.wanted).first ?? Array(families.keys)
        let ranges = Set(
            try candidates.filter { name in try nameTests.allSatisfy { try $0.accepts(name) } }
                .compactMap { families[$0] }
        ).sorted { $0.lowerBound < $1.lowerBound }
        if labelTests.isEmpty { return ranges.flatMap { $0 } }
        var positions: [Int] = []
        for (count, position) in ranges.joined().enumerated() {
            if count.isMultiple(of: Self.stride) { try Task.checkCancellation() }
            let labels = members[position].series.labels
            let isMatch = try labelTests.allSatisfy { test in
                let label = labels.first { $0.name == test.name }
                return try test.accepts(label?.value ?? "")
            }
            if isMatch { positions.append(position) }
        }
        return positions
    }
}
