internal import Collector
internal import History
internal import Presentation
internal import UsageModel

/// What keeps the exporter from its work, at the top of every page: the cause, what to do, the next try.
struct Trouble: ViewModel {
    var text: Markup

    /// Everything that is in the way now; empty when nothing is.
    static func all(_ exporter: Exporter) async -> [Trouble] {
        if let problem = exporter.history.problem {
            let sentence = problem.sentence(exporter.history.path)
            return [Trouble(text: "\(sentence.prefix(1).uppercased() + sentence.dropFirst()).")]
        }
        return await exporter.status().compactMap(Trouble.init)
    }

    private init(text: Markup) { self.text = text }

    /// Nil for an application that is collected, or only waits for its quota.
    init?(_ status: ApplicationStatus) {
        guard status.isBlocked else { return nil }
        let cause = status.lastError.map { ": \($0)" } ?? ""
        let next: Markup = status.pausedUntil.map { " Next try: \(Markup.time($0))." } ?? ""
        if let since = status.storageFailingSince {
            text = """
                \(status.application): nothing has been stored since \(Markup.time(since))\(cause). Fetching goes on as soon as \
                the database can be written.\(next)
                """
        } else if status.state == .unauthorized {
            let key = status.keys.contains(.usage) ? "usage" : "search"
            text = """
                \(status.application): the \(key) key does not work\(cause). Replace the key; a key file that changes is read \
                again by itself.\(next)
                """
        } else {
            let since: Markup = status.lastSuccess.map { "since \(Markup.time($0))" } ?? "yet"
            text = "\(status.application): nothing has been fetched from Algolia \(since)\(cause).\(next)"
        }
    }
}

extension ApplicationStatus {
    /// Whether nothing is fetched at present because of a failure, and not because the quota is used up.
    var isBlocked: Bool {
        if state == .unauthorized || storageFailingSince != nil { return true }
        guard state == .paused, let lastErrorTime else { return false }
        return lastErrorTime > lastSuccess ?? .min
    }
}
