internal import Transport
internal import UsageModel

/// The environment's settings of one application.
///
/// Each variable has a form with `_FILE` behind its name that holds a path.
/// An empty variable counts as unset.
struct EnvironmentApplication {
    static let idVariable = "ALGOLIA_APPLICATION_ID"
    static let indicesVariable = "ALGOLIA_INDEX_NAMES"

    private(set) var id: ApplicationID?
    /// The variable that gave the id, or was meant to; nil when neither form is set.
    private(set) var idSource: String?
    private(set) var keys: [KeyName: SecretSource] = [:]
    /// Keys that are given but wrong, which was reported.
    private(set) var wrongKeys: Set<KeyName> = []
    /// The variables that say something about the application, in the order of ``KeyName``, the indices last.
    private(set) var sources: [String] = []
    /// The indices to collect, by the Python exporter's variable; nil when it is not set.
    private(set) var indices: [IndexPattern]?

    init(_ environment: [String: String], problems: Problems) {
        let reader = EnvironmentReader(environment: environment, problems: problems)
        if let variable = reader.variable(Self.idVariable) {
            idSource = variable.name
            id = reader.id(variable)
        }
        for name in KeyName.allCases {
            guard let variable = reader.variable(name.variable) else { continue }
            sources.append(variable.name)
            keys[name] = reader.value(variable, variable.isFile ? .keyFile : .key)
            if keys[name] == nil { wrongKeys.insert(name) }
        }
        if let variable = reader.first(of: Self.indicesVariable) {
            sources.append(variable.name)
            indices = reader.value(variable, .indexNames)
        }
    }
}
