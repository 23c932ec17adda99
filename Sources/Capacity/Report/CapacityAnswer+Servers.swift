internal import UsageModel

extension CapacityReport {
    /// Whether search servers are at their peak, and whether queries suffered.
    var searchCapacityAnswer: CapacityAnswer {
        let capacity = searchCapacity
        var severity = CapacityAnswer.Severity.good
        let answer: String
        var details: [String] = []
        let newest = capacity.peaks?.values(in: days.upperBound - 28..<days.upperBound).map(\.value).max()
        let degraded = capacity.degraded.filter { $0.recentDays > 0 }
        let servers = Set(degraded.map(\.server)).count
        let but = degraded.isEmpty ? "" : " But queries were degraded on \(Figure.count(servers, "server"))."
        if let newest {
            if capacity.daysSaturated > 0 {
                answer = "At times: on \(Words.days(capacity.daysSaturated)) of the last 28 all of it was in use."
                details.append("A single full second is enough for that.")
                severity = .warning
            } else if capacity.daysAbove80 > 0 {
                answer = "Nearly: the highest peak of the last 28 days used \(Words.percent(newest / 100))."
                severity = .warning
            } else {
                answer = "No: the highest peak of the last 28 days used \(Words.percent(newest / 100)).\(but)"
            }
            if capacity.daysAbove80 > 0 {
                details.append("Peaks of 80 % or more were on \(Words.days(capacity.daysAbove80)).")
            }
        } else {
            answer = "This cannot be said: no used search capacity was reported in the last 28 days.\(but)"
            severity = .unknown
        }
        if let highest = capacity.highest {
            details.append(
                "The highest of all was \(Words.percent(highest.value / 100)) on \(Words.day(highest.day)).")
        }
        if !degraded.isEmpty { severity = capacity.daysSaturated > 0 ? .critical : .warning }
        if let sentence = degradedSentence(isReported: newest != nil) { details.append(sentence) }
        return CapacityAnswer(
            id: "search_capacity", question: "Are the search servers at their limit?", answer: answer,
            details: details.joined(separator: " "), severity: severity)
    }

    /// Where queries were degraded lately, or that they were not.
    /// - Parameter isReported: whether anything was lately.
    private func degradedSentence(isReported: Bool) -> String? {
        let recent = searchCapacity.degraded.compactMap { degraded in
            degraded.recentWorst.map { (degraded: degraded, worst: $0) }
        }
        if let (degraded, day) = recent.max(by: { $0.worst.value < $1.worst.value }) {
            let servers = Set(recent.map(\.degraded.server)).count
            let number = degraded.recentDays
            return "In the last 28 days queries were degraded on \(Figure.count(servers, "server")), worst on "
                + "\(Words.name(degraded.server)) because \(degraded.cause.words): \(Words.percent(day.value / 100)) of "
                + "its queries on \(Words.day(day.day))\(number > 1 ? ", the worst of \(Words.days(number))" : "")."
        }
        let none = isReported ? "No degraded queries were reported in the last 28 days" : nil
        let before = searchCapacity.degraded.first.map { degraded in
            "\(none == nil ? "The" : "the") worst day with degraded queries was \(Words.day(degraded.worst.day)), on "
                + Words.name(degraded.server)
        }
        let parts = [none, before].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: "; ") + "."
    }

    /// What servers that are not gone use of a resource.
    func current(
        _ resource: ServerTrend.Resource
    ) -> [(server: ServerName, recent: Double, trend: ServerTrend)] {
        servers.compactMap { server in
            guard let trend = server.trend(resource), let recent = trend.recent else { return nil }
            return (server.server, recent, trend)
        }
    }

    /// Whether the data outgrow the memory of the servers.
    var memoryAnswer: CapacityAnswer {
        let disks = current(.ssd)
        var severity = CapacityAnswer.Severity.good
        var answer: String
        var details: [String] = []
        let next = disks.compactMap { disk in disk.trend.daysUntil(100).map { (server: disk.server, days: $0) } }
            .min { $0.days < $1.days }
        if let fullest = disks.max(by: { $0.recent < $1.recent }) {
            let percent = Words.percent(fullest.recent / 100)
            let name = Words.name(fullest.server)
            // What is not known to grow is not known not to.
            let unknown = disks.count { $0.trend.changePer30Days == nil }
            if fullest.recent >= 100 {
                answer = "Yes: the data of \(name) do not fit into its memory; they are \(percent) of it."
                severity = .critical
            } else {
                details.append("The fullest is \(name): its data are \(percent) of its memory.")
                if let next {
                    answer =
                        "Not yet. As \(Words.name(next.server)) grows, its data no longer fit into its memory in about "
                        + "\(Words.days(next.days))."
                    if next.days <= 180 { severity = .warning }
                } else if unknown == disks.count {
                    answer = "Not now. Too few days were reported to say more."
                    severity = .info
                } else {
                    answer = "No, and not within a year if they grow as in the last 90 days."
                }
                if unknown > 0, unknown < disks.count {
                    details.append(
                        "Of \(Figure.count(unknown, "server")) too few days were reported to tell how the data grow.")
                }
            }
        } else if !servers.isEmpty {
            answer = "This cannot be said: the size of the data on disk was not reported in the last 7 days."
            severity = .unknown
        } else {
            answer = "This cannot be said: nothing was reported of servers. That takes a Monitoring API key."
            severity = .unknown
        }
        if let growth = memoryGrowth { details.append(growth) }
        return CapacityAnswer(
            id: "servers.memory", question: "Do the data outgrow the memory of the servers?", answer: answer,
            details: details.joined(separator: " "), severity: severity)
    }

    /// Where memory in use grew most; nil where no change is known.
    private var memoryGrowth: String? {
        let changes = current(.ram).compactMap { memory in
            memory.trend.changePer30Days.map { (server: memory.server, recent: memory.recent, change: $0) }
        }
        guard let grown = changes.max(by: { $0.change < $1.change }) else { return nil }
        guard grown.change > 0 else { return "Memory in use does not grow on any server." }
        return "Memory in use grew most on \(Words.name(grown.server)): by \(Figure.text(grown.change, .megabytes)) in "
            + "30 days, to \(Figure.text(grown.recent, .megabytes))."
    }

    /// Whether searches get slower.
    var latencyAnswer: CapacityAnswer {
        let question = "Do searches get slower?"
        guard let newest = latency.months.last(where: { $0.percentile99 != nil }), let usual = newest.percentile99
        else {
            return CapacityAnswer(
                id: "latency", question: question,
                answer: "This cannot be said: processing times were not reported.", severity: .unknown)
        }
        let time = "In \(Words.month(newest.month.days))\(newest.month.isRunning ? " so far" : "")"
        let details = "\(time), 99 of 100 searches took at most \(Figure.text(usual, .milliseconds)) on a usual day."
        guard let change = latency.changePer30Days else {
            return CapacityAnswer(
                id: "latency", question: question, answer: "This cannot be said: there are too few days.",
                details: details, severity: .unknown)
        }
        let share = usual > 0 ? change / usual : 0
        let amount = "\(Figure.text(abs(change), .milliseconds)) in 30 days"
        let (answer, severity): (String, CapacityAnswer.Severity) =
            switch share {
            case ..<(-Words.noticeable): ("No, the 99th percentile falls by \(amount).", .good)
            case ...Words.noticeable: ("No, the 99th percentile stays as it is.", .good)
            case ..<0.05: ("A little: the 99th percentile rises by \(amount).", .good)
            default: ("Yes, the 99th percentile rises by \(amount).", .warning)
            }
        return CapacityAnswer(
            id: "latency", question: question, answer: answer, details: details, severity: severity)
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

extension DegradedQueries.Cause {
    /// After "because".
    var words: String {
        switch self {
        case .ssd: "the engine read from disk (not enough memory)"
        case .capacity: "every search thread was busy (not enough processors)"
        }
    }
}
