internal import History
internal import UsageModel

extension Latest {
    /// What is collected now. An application that is no longer configured, or a scope of which
    /// only the past was ever asked for (through the usage proxy), would stand still for ever.
    func collected(_ applications: Set<String>?) -> Latest {
        var hasLiveTail: [Scope: Bool] = [:]
        for tail in freshness where tail.granularity != .minutely {
            hasLiveTail[tail.scope] = hasLiveTail[tail.scope] == true || tail.completeUntil > tail.tailStart
        }
        func isConfigured(_ application: String) -> Bool { applications?.contains(application) ?? true }
        var collected = self
        collected.series = series.filter {
            isConfigured($0.key.application) && ($0.key.api != .usage || hasLiveTail[$0.key.scope] != false)
        }
        collected.freshness = freshness.filter {
            isConfigured($0.scope.application) && ($0.granularity == .minutely || hasLiveTail[$0.scope] != false)
        }
        return collected
    }
}
