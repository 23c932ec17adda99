internal import Transport
internal import UsageModel

/// An application as far as the file or the environment describes it; what is
/// missing may still come from the other.
struct ApplicationDraft {
    /// Nil when it is missing or wrong, which was reported.
    var id: ApplicationID?
    /// The value of the file that describes it; nil for one of the environment.
    var origin: ConfigurationValue?
    var keys: [KeyName: SecretSource] = [:]
    /// Keys that are given but wrong, which was reported.
    var wrongKeys: Set<KeyName> = []
    var indices = IndexFilter()
    var clusters: [ServerName]?
    var contract = Contract()
    var collectsBilling = true
    var name: String?
    var labels: [String: String] = [:]

    /// The finished application; nil and a problem when something is missing.
    func finished(_ problems: Problems) -> ApplicationSettings? {
        guard KeyName.collecting.contains(where: { keys[$0] != nil }) else {
            if wrongKeys.isDisjoint(with: KeyName.collecting) { reportMissingKey(problems) }
            return nil
        }
        guard let id else { return nil }
        var application = ApplicationSettings(id: id, usageKey: keys[.usage])
        application.monitoringKey = keys[.monitoring]
        application.searchKey = keys[.search]
        application.indices = indices
        application.clusters = clusters
        application.contract = contract
        application.collectsBilling = collectsBilling
        application.name = name
        application.labels = labels
        return application
    }

    private func reportMissingKey(_ problems: Problems) {
        let (usage, search) = (KeyName.usage, KeyName.search)
        if let origin {
            origin.refuse(
                "neither a usage key nor a search key is given",
                expected: """
                    \(usage.fileKey) or \(usage.valueKey) (or the environment variable \(usage.variable)), or, on a plan \
                    without the Usage API, \(search.fileKey) or \(search.valueKey)
                    """)
        } else {
            problems.add(
                variable: usage.variable, "neither this variable nor \(usage.variable)_FILE is set",
                expected: """
                    the usage API key of the application that ALGOLIA_APPLICATION_ID names, or, on a plan without the \
                    Usage API, a key with the ACL listIndexes in \(search.variable)
                    """)
        }
    }
}

/// The keys that an application can have, by their names in the file and in
/// the environment.
enum KeyName: CaseIterable {
    case usage, monitoring, search

    /// The keys of which an application needs one at least: with a monitoring key alone there would be nothing to plan by.
    static let collecting: Set<KeyName> = [.usage, .search]

    /// The file's key for the key itself.
    var valueKey: String {
        switch self {
        case .usage: "usage_api_key"
        case .monitoring: "monitoring_api_key"
        case .search: "search_api_key"
        }
    }

    /// The file's key for a path.
    var fileKey: String { valueKey + "_file" }

    /// The variable for the key itself; with `_FILE` behind it, for a path.
    var variable: String { "ALGOLIA_" + valueKey.uppercased() }
}
