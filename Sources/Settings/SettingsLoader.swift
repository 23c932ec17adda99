internal import Transport
internal import UsageModel

/// Makes ``Settings`` from a configuration file and the environment, which wins.
public enum SettingsLoader {
    /// The settings of the YAML file at path `file` and of `environment`.
    ///
    /// Key files are not looked at: a key may appear later. Certificate authorities are.
    /// - Parameters:
    ///   - file: nil when there is none; the environment then describes the one application.
    ///   - requireApplication: whether it is an error when there is no application at all.
    /// - Throws: everything that is wrong with both.
    public static func load(
        file: String?, environment: [String: String], requireApplication: Bool = true
    ) throws(SettingsError) -> Settings {
        guard let file else {
            return try settings(
                Problems(file: nil), environment: environment, requireApplication: requireApplication
            ) { _ in ConfigurationFile() }
        }
        let text: String
        do throws(SmallFile.Unreadable) {
            text = try TextFile.read(file)
        } catch {
            throw SettingsError([SettingsError.Problem(file: file, found: error.reason, expected: "a YAML file")])
        }
        return try parse(text, file: file, environment: environment, requireApplication: requireApplication)
    }

    /// The same for a file's text.
    /// - Parameter file: what errors call it.
    public static func parse(
        _ yaml: String, file: String, environment: [String: String] = [:], requireApplication: Bool = true
    ) throws(SettingsError) -> Settings {
        try settings(Problems(file: file), environment: environment, requireApplication: requireApplication) {
            ConfigurationFile(yaml, problems: $0)
        }
    }

    private static func settings(
        _ problems: Problems, environment: [String: String], requireApplication: Bool,
        file: (Problems) -> ConfigurationFile
    ) throws(SettingsError) -> Settings {
        let file = file(problems)
        let merge = ApplicationMerge(
            file: file, environment: EnvironmentApplication(environment, problems: problems),
            requireApplication: requireApplication, problems: problems)
        let network = EnvironmentNetwork(environment, problems: problems)
        var settings = file.settings
        settings.proxies = network.proxies
        if let trusted = network.certificateAuthorityFile {
            settings.requests.endpoints.certificateAuthorityFile = trusted
        }
        let polling = EnvironmentPolling(environment, problems: problems)
        if let interval = polling.interval { settings.collection.interval = interval }
        settings.metrics.compatibilityGranularity = polling.granularity
        settings.applications = merge.applications()
        guard problems.isEmpty else { throw problems.error }
        return settings
    }
}
