import Settings

/// The secret that stands for a key in every test: 32 characters, as Algolia's.
let secret = "5ec7e70123456789abcdef0123456789"

/// A file with one complete application, and `rest` from line 4 on.
func withApplication(_ rest: String = "") -> String {
    """
    applications:
      - id: APP
        usage_api_key: \(secret)
    \(rest)
    """
}

/// What the loader says about `yaml`, a line for each problem; empty when nothing is wrong.
func complaints(
    _ yaml: String, environment: [String: String] = [:], requireApplication: Bool = true
) -> [String] {
    do throws(SettingsError) {
        _ = try SettingsLoader.parse(
            yaml, file: "exporter.yml", environment: environment, requireApplication: requireApplication)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// What the loader says about an environment without a file.
func complaints(environment: [String: String], requireApplication: Bool = true) -> [String] {
    do throws(SettingsError) {
        _ = try SettingsLoader.load(file: nil, environment: environment, requireApplication: requireApplication)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
