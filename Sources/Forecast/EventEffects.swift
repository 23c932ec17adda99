internal import UsageModel

extension DailySeries {
    /// The same without the values of event days.
    func without(_ events: EventCalendar) -> DailySeries {
        guard !events.names.isEmpty else { return self }
        let days = values.enumerated().map { events[firstDay + Int64($0)] == nil ? $1 : nil }
        return DailySeries(firstDay: firstDay, values: days)
    }
}

/// The effect of each named event: how far its days were from usual days, on the logarithmic scale.
struct EventEffects {
    private static let scale = SeriesScale.logarithm
    private let events: EventCalendar
    /// The median effect of the past days of each name.
    private let effects: [String: Double]

    /// - Parameters:
    ///   - series: every day as reported.
    ///   - usual: the same days, those of events as if nothing had happened.
    init(_ events: EventCalendar, _ series: DailySeries, usual: [Double]) {
        self.events = events
        var differences: [String: [Double]] = [:]
        if !events.names.isEmpty {
            for (offset, usual) in usual.enumerated() {
                guard let name = events[series.firstDay + Int64(offset)], let value = series.values[offset]
                else { continue }
                differences[name, default: []].append(Self.scale.apply(value) - Self.scale.apply(usual))
            }
        }
        effects = differences.mapValues { RobustStatistics.median($0) }
    }

    /// Returns the expectation of `day` (days since 1970-01-01) with its event, if it has one that is known.
    func apply(to outlook: Outlook, on day: Int64) -> Outlook {
        guard let effect = events[day].flatMap({ effects[$0] }) else { return outlook }
        return outlook.map { Self.scale.invert(Self.scale.apply($0) + effect) }
    }
}
