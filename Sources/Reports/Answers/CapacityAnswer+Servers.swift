internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

extension CapacityReport {
    /// The answer to whether search servers are at their limit, and whether queries suffered.
    var searchCapacityAnswer: CapacityAnswer {
        let capacity = searchCapacity
        var severity = CapacityAnswer.Severity.good
        var state: String?
        let answer: String
        var details: [String] = []
        let newest = capacity.peaks?.values(in: days.upperBound - 28..<days.upperBound).map(\.value).max()
        let degraded = capacity.degraded.filter { $0.recentDays > 0 }
        let servers = Set(degraded.map(\.server)).count
        let but = degraded.isEmpty ? "" : " Queries were degraded on \(Figure.count(servers, "server"))."
        if let newest {
            if capacity.daysSaturated > 0 {
                state = "At limit"
                answer =
                    "On \(capacity.daysSaturated) of the last 28 days, servers reached 100% of search capacity."
                details.append("A single saturated second is enough.")
                severity = .warning
            } else if capacity.daysAbove80 > 0 {
                state = "Near limit"
                answer = "The highest peak of the last 28 days used \(Figure.percent(newest / 100)) of search capacity."
                severity = .warning
            } else {
                state = degraded.isEmpty ? "Within limit" : "Degraded queries"
                answer =
                    "The highest peak of the last 28 days used \(Figure.percent(newest / 100)) of search capacity.\(but)"
            }
            if capacity.daysAbove80 > 0 {
                details.append("Peaks of 80% or more: \(Figure.count(capacity.daysAbove80, "day")).")
            }
        } else {
            answer = "Not enough data: no used search capacity was reported in the last 28 days.\(but)"
            severity = .unknown
        }
        if let highest = capacity.highest {
            details.append(
                "Highest peak in this report: \(Figure.percent(highest.value / 100)) on \(CalendarText.date(highest.day))."
            )
        }
        if !degraded.isEmpty {
            severity = capacity.daysSaturated > 0 ? .critical : .warning
            state = state ?? "Degraded queries"
        }
        if let sentence = degradedSentence(isReported: newest != nil) { details.append(sentence) }
        return CapacityAnswer(
            id: "search_capacity", question: "Are the search servers at their limit?", state: state, text: answer,
            details: details.joined(separator: " "), severity: severity)
    }

    /// The servers where queries were degraded lately, or that there were none.
    /// - Parameter isReported: whether anything was lately.
    private func degradedSentence(isReported: Bool) -> String? {
        let recent = searchCapacity.degraded.compactMap { degraded in
            degraded.recentWorst.map { (degraded: degraded, worst: $0) }
        }
        if let (degraded, day) = recent.max(by: { $0.worst.value < $1.worst.value }) {
            let servers = Set(recent.map(\.degraded.server)).count
            let number = degraded.recentDays
            return "In the last 28 days, queries were degraded on \(Figure.count(servers, "server")). "
                + "Worst day\(number > 1 ? " of \(number)" : ""): \(CalendarText.date(day.day)) on \(Phrase.name(degraded.server)), "
                + "\(Figure.percent(day.value / 100)) of its queries (\(degraded.cause.words))."
        }
        let none = isReported ? "No degraded queries were reported in the last 28 days." : nil
        let before = searchCapacity.degraded.first.map { degraded in
            "Worst day with degraded queries: \(CalendarText.date(degraded.worst.day)) on \(Phrase.name(degraded.server))."
        }
        let parts = [none, before].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// The recent use of a resource by servers that are not gone.
    func current(
        _ resource: ServerTrend.Resource
    ) -> [(server: ServerName, recent: Double, trend: ServerTrend)] {
        servers.compactMap { server in
            guard let trend = server.trend(resource), let recent = trend.recent else { return nil }
            return (server.server, recent, trend)
        }
    }

    /// The answer to whether the data fits into the memory of the servers.
    var memoryAnswer: CapacityAnswer {
        let disks = current(.ssd)
        var severity = CapacityAnswer.Severity.good
        var state: String?
        var answer: String
        var details: [String] = []
        let next = disks.compactMap { disk in disk.trend.daysUntil(100).map { (server: disk.server, days: $0) } }
            .min { $0.days < $1.days }
        if let fullest = disks.max(by: { $0.recent < $1.recent }) {
            let percent = Figure.percent(fullest.recent / 100)
            let name = Phrase.name(fullest.server)
            // Without a known trend, growth cannot be excluded.
            let unknown = disks.count { $0.trend.changePer30Days == nil }
            if fullest.recent >= 100 {
                state = "Too large"
                answer = "The data of \(name) does not fit into its memory: it is \(percent) of it."
                severity = .critical
            } else {
                details.append("Fullest server: \(name), whose data is \(percent) of its memory.")
                if let next {
                    state = "Growing"
                    answer =
                        "At the current rate, the data of \(Phrase.name(next.server)) outgrows its memory in about "
                        + "\(Figure.count(next.days, "day"))."
                    if next.days <= 180 { severity = .warning }
                } else if unknown == disks.count {
                    state = "Fits for now"
                    answer = "Too few days have values to project growth."
                    severity = .info
                } else {
                    state = "Fits"
                    answer = "At the rate of the last 90 days, the data fits for at least a year."
                }
                if unknown > 0, unknown < disks.count {
                    details.append(
                        "Not enough data to project \(Figure.count(unknown, "server")).")
                }
            }
        } else if !servers.isEmpty {
            answer = "Not enough data: the size of the data on disk was not reported in the last 7 days."
            severity = .unknown
        } else {
            answer = "Not enough data: no server metrics were reported; they need a Monitoring API key."
            severity = .unknown
        }
        if let growth = memoryGrowth { details.append(growth) }
        return CapacityAnswer(
            id: "servers.memory", question: "Does the data fit into the memory of the servers?", state: state,
            text: answer,
            details: details.joined(separator: " "), severity: severity)
    }

    /// The server whose memory use grew most; nil where no change is known.
    private var memoryGrowth: String? {
        let changes = current(.ram).compactMap { memory in
            memory.trend.changePer30Days.map { (server: memory.server, recent: memory.recent, change: $0) }
        }
        guard let grown = changes.max(by: { $0.change < $1.change }) else { return nil }
        guard grown.change > 0 else { return "Memory use is not growing on any server." }
        return "Memory use grew most on \(Phrase.name(grown.server)): by \(Figure.text(grown.change, .megabytes)) in "
            + "30 days, to \(Figure.text(grown.recent, .megabytes))."
    }

    /// The answer to whether searches get slower.
    var latencyAnswer: CapacityAnswer {
        let question = "Are searches getting slower?"
        guard let newest = latency.months.last(where: { $0.percentile99 != nil }), let usual = newest.percentile99
        else {
            return CapacityAnswer(
                id: "latency", question: question,
                text: "Not enough data: no processing times were reported.", severity: .unknown)
        }
        let time = "In \(Phrase.month(newest.month.days))\(newest.month.isRunning ? " so far" : "")"
        let details = "\(time), the median daily 99th percentile was \(Figure.text(usual, .milliseconds))."
        guard let change = latency.changePer30Days else {
            return CapacityAnswer(
                id: "latency", question: question, text: "Not enough data: too few days for a trend.",
                details: details, severity: .unknown)
        }
        let share = usual > 0 ? change / usual : 0
        let amount = "\(Figure.text(abs(change), .milliseconds)) in 30 days"
        let (state, text, severity): (String, String, CapacityAnswer.Severity) =
            switch share {
            case ..<(-Phrase.noticeable): ("Faster", "The 99th percentile is falling by \(amount).", .good)
            case ...Phrase.noticeable: ("Stable", "The 99th percentile is not changing.", .good)
            case ..<0.05: ("Slightly slower", "The 99th percentile is rising by \(amount).", .good)
            default: ("Slower", "The 99th percentile is rising by \(amount).", .warning)
            }
        return CapacityAnswer(
            id: "latency", question: question, state: state, text: text, details: details, severity: severity)
    }
}

extension ServerReport {
    func trend(_ resource: ServerTrend.Resource) -> ServerTrend? { trends.first { $0.resource == resource } }
}

extension ServerTrend {
    /// Days until a value is reached at the pace of the last 90; nil when it is more than a year or never, or now.
    func daysUntil(_ value: Double) -> Int? {
        guard let recent, let changePer30Days, changePer30Days > 0, recent < value else { return nil }
        let days = (value - recent) / changePer30Days * 30
        return days <= 366 ? Int(days.rounded(.up)) : nil
    }
}
