internal import UsageModel

/// Brings the file's applications and the environment's together; the
/// environment wins.
struct ApplicationMerge {
    let file: ConfigurationFile
    let environment: EnvironmentApplication
    /// Whether it is a problem when there is no application.
    let requireApplication: Bool
    let problems: Problems

    /// The finished applications. Those that are not go to `problems`.
    func applications() -> [ApplicationSettings] {
        var drafts = file.applications
        if let source = environment.idSource {
            guard let id = environment.id else { return [] }
            if let index = drafts.firstIndex(where: { $0.id == id }) {
                override(&drafts[index])
            } else if drafts.isEmpty, file.hasReadableApplications {
                drafts = [ApplicationDraft(id: id)]
                override(&drafts[0])
            } else if file.hasReadableApplications {
                problems.add(
                    variable: source, "application \(id) is not in \(problems.file ?? "the file")",
                    expected: "one of \(ids), or the variable unset")
            }
        } else if !environment.sources.isEmpty {
            if drafts.count == 1 { override(&drafts[0]) } else { reportKeysWithoutID() }
        } else if drafts.isEmpty, requireApplication, file.hasReadableApplications {
            reportNoApplication()
        }
        return drafts.compactMap { $0.finished(problems) }
    }

    private func override(_ draft: inout ApplicationDraft) {
        draft.keys.merge(environment.keys) { _, new in new }
        draft.wrongKeys.formUnion(environment.wrongKeys)
        if let indices = environment.indices { draft.indices.include = indices }
    }

    private var ids: String { file.applications.compactMap(\.id?.text).joined(separator: ", ") }

    private func reportKeysWithoutID() {
        guard file.hasReadableApplications else { return }
        let name = EnvironmentApplication.idVariable
        for variable in environment.sources {
            if file.applications.isEmpty {
                problems.add(
                    variable: variable, "it is set without \(name)",
                    expected: variable == EnvironmentApplication.indicesVariable
                        ? "\(name) with the id of their application" : "\(name) with the id of the key's application")
            } else {
                problems.add(
                    variable: variable, "its application is ambiguous",
                    expected: "\(name) with one of \(ids)")
            }
        }
    }

    private func reportNoApplication() {
        problems.add(
            file.applicationsPlace, file.applicationsPlace == nil ? "" : "applications",
            "no application is configured",
            expected: """
                the environment variables \(EnvironmentApplication.idVariable) and \(KeyName.usage.variable), \
                or applications in the file that --config.file names, or --demo to try it without an account
                """)
    }
}
