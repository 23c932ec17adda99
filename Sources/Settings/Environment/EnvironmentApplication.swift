internal import Transport
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
        let reader = Reader(environment: environment, problems: problems)
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

/// A variable that is set.
private struct Variable {
    var name: String
    var text: String
    /// Whether it is the `_FILE` form, and `text` a path.
    var isFile: Bool
}

private struct Reader {
    let environment: [String: String]
    let problems: Problems

    /// `name` or its `_FILE` form, whichever is set; both are a problem.
    func variable(_ name: String) -> Variable? {
        let forms = [(name, false), (name + "_FILE", true)].compactMap { name, isFile in
            environment[name].flatMap { $0.isEmpty ? nil : Variable(name: name, text: $0, isFile: isFile) }
        }
        if forms.count == 2 {
            problems.add(variable: name, "\(name)_FILE is set as well", expected: "only one of the two")
        }
        return forms.first
    }

    func value<Value>(_ variable: Variable, _ rule: ValueRule<Value>) -> Value? {
        do throws(Complaint) {
            return try rule.read(variable.text)
        } catch {
            problems.add(variable: variable.name, error.found, expected: error.expected)
            return nil
        }
    }

    /// The id, which unlike a key is read from its file at once: it never changes.
    func id(_ variable: Variable) -> ApplicationID? {
        var variable = variable
        if variable.isFile {
            do throws(SmallFile.Unreadable) {
                variable.text = try TextFile.read(variable.text)
            } catch {
                problems.add(variable: variable.name, "\(variable.text): \(error.reason)")
                return nil
            }
        }
        variable.text = variable.text.withoutSurroundingSpace
        return value(variable, .applicationID)
    }
}
