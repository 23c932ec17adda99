internal import Exposition
internal import History
internal import PrometheusModel
internal import UsageModel

/// The parameters of a scrape, which choose a part of the page.
enum ScrapeParameters {
    static let application = Endpoint.Parameter(
        name: "application",
        summary:
            "An application id; all applications by default. Metrics without an application label are always included.",
        repeats: true)
    static let label = Endpoint.Parameter(
        name: "label",
        summary: "A label of applications as NAME=VALUE: application, application_name or one of the configuration.",
        repeats: true)
    static let groups = Endpoint.Parameter(
        name: "collect[]", summary: "A group of metrics; all groups by default.",
        schema: .options(MetricGroup.allCases.map(\.rawValue)), repeats: true)

    /// The part that the parameters choose.
    /// - Throws: ``Problem``: 404 for an unknown application, 400 for an unknown group.
    static func selection(_ parameters: QueryParameters, _ exporter: Exporter) async throws -> PageSelection {
        var selection = PageSelection(groups: try groups(parameters))
        if let names: [ApplicationID] = try parameters.names(application.name) {
            selection.applications = try await known(names, application.name, exporter)
        }
        for condition in parameters.all(label.name) ?? [] {
            let matching = try matching(condition, try await applications(exporter), exporter.options().labels)
            selection.applications = selection.applications?.intersection(matching) ?? matching
        }
        return selection
    }

    /// The applications with a label, `NAME=VALUE`.
    /// - Throws: ``Problem``: 400 for a name that no application has, 404 for such a value.
    private static func matching(
        _ condition: String, _ applications: [ApplicationID], _ labels: ApplicationLabels
    ) throws -> Set<ApplicationID> {
        func all(_ application: ApplicationID) -> [Label] {
            [Label("application", application.text)] + labels[application].map { Label($0.name, $0.value) }
        }
        let parts = condition.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(Substring(parts[0]))
        let named = applications.flatMap(all).filter { $0.name == name }
        guard parts.count == 2, !named.isEmpty else {
            let names = Set(applications.flatMap(all).map(\.name)).sorted()
            throw Problem.parameter(
                label.name, "\"\(condition)\" does not name a label of an application",
                accepted:
                    "NAME=VALUE with one of the names \((names.isEmpty ? ["application"] : names).joined(separator: ", "))"
            )
        }
        let wanted = Label(name, String(Substring(parts[1])))
        let matching = applications.filter { all($0).contains(wanted) }
        guard !matching.isEmpty else {
            throw Problem.unknown(
                label.name, "no application has the label \(name)=\"\(wanted.value)\"",
                accepted: Set(named.map(\.value)).sorted().joined(separator: ", "))
        }
        return Set(matching)
    }

    /// - Throws: ``Problem`` 400.
    static func groups(_ parameters: QueryParameters) throws -> Set<MetricGroup>? {
        guard let names = parameters.all(groups.name) else { return nil }
        return Set(
            try names.map { name in
                guard let group = MetricGroup(rawValue: name) else {
                    throw Problem.parameter(
                        groups.name, "there is no group \"\(name)\"",
                        accepted: MetricGroup.allCases.map(\.rawValue).joined(separator: ", "))
                }
                return group
            })
    }

    /// The applications that the page is about: those of the configuration; without one, all that are stored.
    static func applications(_ exporter: Exporter) async throws -> [ApplicationID] {
        if let configured = exporter.options().applications { return configured.keys.sorted() }
        return try await exporter.history.applicationIDs()
    }

    /// - Parameter parameter: the one that named them.
    /// - Throws: ``Problem`` 404.
    static func known(
        _ names: [ApplicationID], _ parameter: String, _ exporter: Exporter
    ) async throws -> Set<ApplicationID> {
        let known = try await applications(exporter)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw Problem.unknown(
                parameter, "there is no application \"\(unknown)\"",
                accepted: known.isEmpty ? "none is configured yet" : known.map(\.text).joined(separator: ", "))
        }
        return Set(names)
    }
}
