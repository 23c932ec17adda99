internal import Transport
internal import UsageModel

/// A variable that is set.
struct EnvironmentVariable {
    var name: String
    var text: String
    /// Whether it is the `_FILE` form, and `text` a path.
    var isFile: Bool
}

/// Reads the variables of the environment; an empty one counts as unset.
struct EnvironmentReader {
    let environment: [String: String]
    let problems: Problems

    /// `name` or its `_FILE` form, whichever is set; both are a problem.
    func variable(_ name: String) -> EnvironmentVariable? {
        let forms = [(name, false), (name + "_FILE", true)].compactMap { name, isFile in
            environment[name].flatMap { $0.isEmpty ? nil : EnvironmentVariable(name: name, text: $0, isFile: isFile) }
        }
        if forms.count == 2 {
            problems.add(variable: name, "\(name)_FILE is set as well", expected: "only one of the two")
        }
        return forms.first
    }

    /// The first of `names` that is set.
    func first(of names: String...) -> EnvironmentVariable? {
        names.lazy.compactMap { name in
            environment[name].flatMap {
                $0.isEmpty ? nil : EnvironmentVariable(name: name, text: $0, isFile: false)
            }
        }.first
    }

    func value<Value>(_ variable: EnvironmentVariable, _ rule: ValueRule<Value>) -> Value? {
        do throws(Complaint) {
            return try rule.read(variable.text)
        } catch {
            problems.add(variable: variable.name, error.found, expected: error.expected)
            return nil
        }
    }

    /// The id, which unlike a key is read from its file at once: it never changes.
    func id(_ variable: EnvironmentVariable) -> ApplicationID? {
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
