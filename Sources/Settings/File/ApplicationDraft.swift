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
    var contract = Contract()
    var collectsBilling = true
    var name: String?
    var labels: [String: String] = [:]

    /// The finished application; nil and a problem when something is missing.
    func finished(_ problems: Problems) -> ApplicationSettings? {
        guard let usageKey = keys[.usage] else {
            if !wrongKeys.contains(.usage) { reportMissingUsageKey(problems) }
            return nil
        }
        guard let id else { return nil }
        var application = ApplicationSettings(id: id, usageKey: usageKey)
        application.monitoringKey = keys[.monitoring]
        application.searchKey = keys[.search]
        application.indices = indices
        application.contract = contract
        application.collectsBilling = collectsBilling
        application.name = name
        application.labels = labels
        return application
    }

    private func reportMissingUsageKey(_ problems: Problems) {
        let name = KeyName.usage
        if let origin {
            origin.refuse(
                "neither \(name.valueKey) nor \(name.fileKey) is given",
                expected: "one of the two, or the environment variable \(name.variable)")
        } else {
            problems.add(
                variable: name.variable, "neither this variable nor \(name.variable)_FILE is set",
                expected: "the usage API key of the application that ALGOLIA_APPLICATION_ID names")
        }
    }
}

/// The keys that an application can have, by their names in the file and in
/// the environment.
enum KeyName: CaseIterable {
    case usage, monitoring, search

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
