internal import History
internal import UsageModel

extension Latest {
    /// What is collected now. An application or index that is no longer configured, or a scope of which
    /// only the past was ever asked for (through the usage proxy), would stand still for ever.
    func collected(_ applications: [ApplicationID: IndexFilter]?) -> Latest {
        var isCollected: [Scope: Bool] = [:]
        for tail in freshness where tail.granularity != .minutely {
            isCollected[tail.scope] = isCollected[tail.scope] == true || tail.isLive
        }
        func isConfigured(_ application: ApplicationID) -> Bool { applications.map { $0[application] != nil } ?? true }
        if let applications {
            for scope in isCollected.keys where scope.isIndex {
                if applications[scope.application]?.selects(scope.index) != true { isCollected[scope] = false }
            }
        }
        var collected = self
        collected.series = series.filter {
            isConfigured($0.key.application) && ($0.key.api != .usage || isCollected[$0.key.scope] != false)
        }
        collected.freshness = freshness.filter {
            isConfigured($0.scope.application) && ($0.granularity == .minutely || isCollected[$0.scope] != false)
        }
        return collected
    }
}
