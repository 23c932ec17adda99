internal import Transport
public import UsageModel

/// Reads the file of `--web.config.file`.
public enum WebSettingsLoader {
    /// - Throws: everything that is wrong with the file.
    public static func load(file: String) throws(SettingsError) -> WebSecurity {
        let text: String
        do throws(SmallFile.Unreadable) {
            text = try TextFile.read(file)
        } catch {
            throw SettingsError([SettingsError.Problem(file: file, found: error.reason, expected: "a YAML file")])
        }
        return try parse(text, file: file)
    }

    /// The same for a file's text.
    /// - Parameter file: what errors call it; paths in the text begin at its folder.
    public static func parse(_ yaml: String, file: String) throws(SettingsError) -> WebSecurity {
        let problems = Problems(file: file)
        var settings = WebSecurity()
        if let root = YAMLDocument.root(of: yaml, problems: problems) {
            ConfigurationValue(node: root, path: "", problems: problems).section { root in
                if let tls = root.value("tls_server_config") {
                    WebTLSSection(folder: folder(of: file)).read(tls, into: &settings)
                }
                root.section("http_server_config") { http in
                    settings.http2 = http.value("http2")?.scalar(.boolean) ?? true
                    http.section("headers") { settings.headers = headers(&$0) }
                }
                root.section("basic_auth_users") { users in
                    for (name, value) in users.entries() {
                        guard !name.isEmpty, !name.contains(":") else {
                            // Not by the value's own path, which repeats the name.
                            problems.add(
                                value.place, users.value.path, "\(ShownText.quoted(name)) is not a user name",
                                expected: "a name without a colon")
                            continue
                        }
                        if let hash = value.scalar(.bcrypt) { settings.users[name] = hash }
                    }
                }
                root.refuse("rate_limit", "requests are not limited by rate", expected: "a reverse proxy that does it")
            }
        }
        guard problems.isEmpty else { throw problems.error }
        return settings
    }

    /// The folder of a file with the slash after it; empty for the working directory.
    private static func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    /// The headers that Prometheus' exporters know. One without a value is not set.
    private static func headers(_ section: inout ConfigurationSection) -> [WebSecurity.Header] {
        let rules: [(String, ValueRule<String>)] = [
            ("Content-Security-Policy", .responseHeader),
            ("X-Frame-Options", .choice(of: ["deny", "sameorigin"])),
            ("X-Content-Type-Options", .choice(of: ["nosniff"])),
            ("X-XSS-Protection", .responseHeader),
            ("Strict-Transport-Security", .responseHeader),
        ]
        return rules.compactMap { name, rule in
            guard let value = section.value(name), !value.isEmpty else { return nil }
            return value.scalar(rule).map { WebSecurity.Header(name, $0) }
        }
    }
}
