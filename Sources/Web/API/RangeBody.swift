package import History
internal import UsageModel

/// The body of a range query's answer, some thousands of points at a time: however many clients read however long
/// ranges, each needs memory for one part only.
package struct RangeBody: BodyParts {
    /// The form of the answer.
    package enum Format: String, CaseIterable, Sendable {
        /// Series, each with its points as `[milliseconds, value]`.
        case json
        /// A flat array with an object for each point.
        case rows
        /// The rows as CSV, with a header.
        case csv
    }

    private let plan: RangePlan
    private let format: Format
    private var points: RangePoints
    /// The series being written, and what its rows have in common.
    private var open: Int?
    private var identity = JSONBytes(capacity: 0)
    private var hasBegun = false
    private var hasEnded = false

    package init(_ history: History, _ plan: RangePlan, _ format: Format) {
        self.plan = plan
        self.format = format
        points = RangePoints(history, plan)
    }

    package mutating func next() async throws -> [UInt8]? {
        guard !hasEnded else { return nil }
        var out = JSONBytes(capacity: 2 * BodyPart.size)
        if !hasBegun { begin(&out) }
        hasBegun = true
        while out.bytes.count < BodyPart.size, !hasEnded {
            guard let parts = try await points.next() else {
                end(&out)
                hasEnded = true
                break
            }
            for part in parts { write(part, &out) }
        }
        return out.bytes
    }

    private func begin(_ out: inout JSONBytes) {
        switch format {
        case .json: head(&out)
        case .rows: out.raw("[")
        case .csv: out.append(PointRows.csvHeader)
        }
    }

    private func end(_ out: inout JSONBytes) {
        switch format {
        case .json: if open == nil { out.raw("]}") } else { out.raw("]}]}") }
        case .rows: out.raw("]")
        case .csv: break
        }
    }

    private func head(_ out: inout JSONBytes) {
        let query = plan.query
        out.raw(#"{"start":"#)
        out.string(RFC3339.string(query.range.start))
        out.raw(#","end":"#)
        out.string(RFC3339.string(query.range.end))
        out.raw(#","granularity":"#)
        out.string(query.granularity.rawValue)
        out.raw(#","step":"#)
        let calendar = CalendarStep(query).flatMap { [.week, .month].contains($0) ? $0.rawValue : nil }
        out.string(calendar ?? DurationText.string(query.step ?? query.granularity.seconds))
        out.raw(#","aggregate":"#)
        // One word while all statistics are combined alike; each series says its own.
        let aggregates = Set(query.statistics.map(query.aggregate))
        out.stringOrNull(aggregates.count == 1 ? aggregates.first?.rawValue ?? "" : "")
        out.raw(#","coverage":"#)
        out.number(((plan.coverage ?? 0) * 1e6).rounded() / 1e6)
        out.raw(#","series":["#)
    }

    private mutating func write(_ part: RangePoints.Part, _ out: inout JSONBytes) {
        let isNew = open != part.series
        let key = plan.series[part.series].key
        switch format {
        case .json:
            if isNew { series(key, &out) } else { out.raw(",") }
            out.pairs(part.points)
        case .rows:
            if isNew { identity = PointRows.identity(of: key) }
            for (position, point) in part.points.enumerated() {
                if open != nil || position > 0 { out.raw(",") }
                PointRows.row(point, identity, to: &out)
            }
        case .csv: out.append(PointRows.csv(key, part.points))
        }
        open = part.series
    }

    /// Ends the series before, and begins another one.
    private func series(_ key: SeriesKey, _ out: inout JSONBytes) {
        out.raw(open == nil ? "{" : "]},{")
        out.append(PointRows.identity(of: key))
        out.raw(#","unit":"#)
        out.string(StatisticCatalogue.describe(key.statistic).unit.rawValue)
        out.raw(#","aggregate":"#)
        out.string(plan.query.aggregate(for: key.statistic).rawValue)
        out.raw(#","points":["#)
    }
}
