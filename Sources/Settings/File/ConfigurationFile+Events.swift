internal import UsageModel

extension ConfigurationFile {
    /// The most days of all events together.
    private static var mostEventDays: Int { 1000 }

    /// Reads `reports.events`: names, each with its days.
    mutating func readEvents(_ reports: inout ConfigurationSection) {
        guard let value = reports.value("events"), let items = value.list(of: "events") else { return }
        var events: [(name: String, days: ClosedRange<Int64>)] = []
        for item in items {
            item.section { event in
                let name = event.value("name")
                let dates = event.value("dates")
                if name == nil { item.refuse("name is missing", expected: "the event's name, such as Black Friday") }
                if dates == nil { item.refuse("dates is missing", expected: "a list such as [2026-11-27]") }
                guard let name = name?.scalar(.eventName), let dates = dates?.list(of: "dates") else { return }
                events += dates.compactMap { date in date.scalar(.days).map { (name, $0) } }
            }
        }
        let days = events.reduce(0) { $0 + $1.days.count }
        guard days <= Self.mostEventDays else {
            value.refuse("the events have \(days) days", expected: "at most \(Self.mostEventDays)")
            return
        }
        for event in events { settings.events.add(event.name, event.days) }
    }
}

extension ValueRule<String> {
    /// The name of an event, which pages show.
    fileprivate static var eventName: Self {
        let expected = "a name of visible characters and spaces, at most 200 bytes"
        return ValueRule(expected: expected) { text throws(Complaint) in
            do throws(Complaint) {
                return try labelValue.read(text)
            } catch {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a name", expected: expected)
            }
        }
    }
}

extension ValueRule<ClosedRange<Int64>> {
    /// A date, or the first and the last of several, as days since 1970-01-01.
    fileprivate static var days: Self {
        let expected = "a date such as 2026-11-27, or the first and last day such as 2026-07-01/2026-07-14"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let days = text.split(separator: "/", omittingEmptySubsequences: false).map { date in
                RFC3339.parse("\(date)T00:00:00Z").map { $0 / Granularity.daily.seconds }
            }
            guard (1...2).contains(days.count), let first = days[0], let last = days[days.count - 1] else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a date", expected: expected)
            }
            guard first <= last else {
                throw Complaint(found: "\(ShownText.quoted(text)) ends before it begins", expected: expected)
            }
            return first...last
        }
    }
}
