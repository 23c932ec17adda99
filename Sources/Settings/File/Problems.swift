/// Collects what is wrong with one file and the environment.
final class Problems {
    typealias Problem = SettingsError.Problem

    /// How problems with the environment name their file.
    static let environment = "environment"

    /// The configuration file as it was named; nil without one.
    let file: String?
    private var problems: [Problem] = []
    /// Nobody reads more of them.
    private static let most = 100
    /// The number of problems beyond ``most``.
    private var further = 0

    init(file: String?) { self.file = file }

    var isEmpty: Bool { problems.isEmpty }
    /// Whether what else is wrong is only counted.
    var isFull: Bool { problems.count >= Self.most }

    /// A problem in the file; without one, in the environment.
    func add(_ place: FilePosition?, _ key: String, _ found: String, expected: String = "") {
        append(
            Problem(
                file: file ?? Self.environment, line: place?.line, column: place?.column, key: key, found: found,
                expected: expected))
    }

    /// A problem with an environment variable.
    func add(variable: String, _ found: String, expected: String = "") {
        append(Problem(file: Self.environment, key: variable, found: found, expected: expected))
    }

    private func append(_ problem: Problem) {
        if isFull { further += 1 } else { problems.append(problem) }
    }

    /// All of them: the file's in the order of their places, then the environment's.
    var error: SettingsError {
        func place(_ problem: Problem) -> (Int, Int, Int) {
            (problem.file == Self.environment ? 1 : 0, problem.line ?? 0, problem.column ?? 0)
        }
        // Sorting is stable, so that problems at one place stay in the order they were found.
        let sorted = problems.sorted { place($0) < place($1) }
        guard further > 0 else { return SettingsError(sorted) }
        return SettingsError(sorted + [Problem(file: file ?? Self.environment, found: "and \(further) more problems")])
    }
}
