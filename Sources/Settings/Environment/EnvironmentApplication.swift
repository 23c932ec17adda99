internal import UsageModel

/// The environment's settings of one application.
///
/// Each variable has a form with `_FILE` behind its name that holds a path.
/// An empty variable counts as unset.
struct EnvironmentApplication {
    static let idVariable = "ALGOLIA_APPLICATION_ID"

    private(set) var id: ApplicationID?
    /// The variable that gave the id, or was meant to; nil when neither form is set.
    private(set) var idSource: String?
    private(set) var keys: [KeyName: SecretSource] = [:]
    /// Keys that are given but wrong, which was reported.
    private(set) var wrongKeys: Set<KeyName> = []
    /// The variables that give keys, in the order of ``KeyName``.
    private(set) var keySources: [String] = []

    init(_ environment: [String: String], problems: Problems) {
        let reader = EnvironmentReader(environment: environment, problems: problems)
        if let variable = reader.variable(Self.idVariable) {
            idSource = variable.name
            id = reader.id(variable)
        }
        for name in KeyName.allCases {
            guard let variable = reader.variable(name.variable) else { continue }
            keySources.append(variable.name)
            keys[name] = reader.value(variable, variable.isFile ? .keyFile : .key)
            if keys[name] == nil { wrongKeys.insert(name) }
        }
    }
}
