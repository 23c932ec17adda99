import Settings

extension FuzzTarget {
    /// A configuration file; as lines of `NAME=VALUE` also the environment.
    static let settings = FuzzTarget("settings") { bytes in
        guard let text = text(bytes) else { return }
        _ = try? SettingsLoader.parse(text, file: "exporter.yml", requireApplication: false)
        var environment: [String: String] = [:]
        for line in text.unicodeScalars.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            environment[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        guard !environment.isEmpty else { return }
        _ = try? SettingsLoader.load(file: nil, environment: environment, requireApplication: false)
    }

    /// The file of `--web.config.file`.
    static let webSettings = FuzzTarget("web-settings") { bytes in
        guard let text = text(bytes) else { return }
        _ = try? WebSettingsLoader.parse(text, file: "web.yml")
    }
}
