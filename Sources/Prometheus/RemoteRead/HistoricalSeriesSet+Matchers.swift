extension HistoricalSeriesSet {
    /// Positions of the members that every matcher accepts, ascending.
    /// - Throws: ``RemoteReadRefusal`` for a regular expression that cannot be read.
    func matching(_ matchers: [LabelMatcher]) throws(RemoteReadRefusal) -> [Int] {
        var tests: [LabelTest] = []
        for matcher in matchers { tests.append(try LabelTest(matcher)) }
        let split = tests.partition { $0.name == Label.metricName }
        var nameTests = tests[split...]
        var labelTests = tests[..<split]
        // Metrics are few: their names are looked at once and not series by series.
        let candidates = nameTests.lazy.compactMap(\.wanted).first ?? Array(families.keys)
        let ranges = Set(
            candidates.filter { name in nameTests.indices.allSatisfy { nameTests[$0].accepts(name) } }
                .compactMap { families[$0] }
        ).sorted { $0.lowerBound < $1.lowerBound }
        if labelTests.isEmpty { return ranges.flatMap { $0 } }
        var positions: [Int] = []
        for position in ranges.joined() {
            let labels = members[position].series.labels
            let isMatch = labelTests.indices.allSatisfy { test in
                let label = labels.first { $0.name == labelTests[test].name }
                return labelTests[test].accepts(label?.value ?? "")
            }
            if isMatch { positions.append(position) }
        }
        return positions
    }
}
