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
    /// - Parameter file: what errors call it.
    public static func parse(_ yaml: String, file: String) throws(SettingsError) -> WebSecurity {
        let problems = Problems(file: file)
        var settings = WebSecurity()
        if let root = YAMLDocument.root(of: yaml, problems: problems) {
            ConfigurationValue(node: root, path: "", problems: problems).section { root in
                settings.certificate = certificate(&root)
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
            }
        }
        guard problems.isEmpty else { throw problems.error }
        return settings
    }

    private static func certificate(_ root: inout ConfigurationSection) -> WebSecurity.Certificate? {
        var certificate: String?
        var key: String?
        guard let value = root.value("tls_server_config") else { return nil }
        value.section { tls in
            tls.read("cert_file", .text("the path of a PEM file"), into: &certificate)
            tls.read("key_file", .text("the path of a PEM file"), into: &key)
        }
        guard let certificate, let key else {
            value.refuse("the certificate is incomplete", expected: "cert_file and key_file")
            return nil
        }
        return WebSecurity.Certificate(chain: certificate, key: key)
    }
}

extension ValueRule<String> {
    /// The highest cost of a hash: one check takes a second or so.
    private static var highestCost: Int { 14 }

    /// A bcrypt hash. What it is instead is not shown: it may be the password.
    static var bcrypt: Self {
        let expected = "a bcrypt hash such as `htpasswd -nBC 10 \"\"` prints, beginning with $2y$"
        return ValueRule(expected: expected) { text throws(Complaint) in
            // The last characters of salt and hash hold 2 and 4 bits: with others no password would ever be right.
            let form = /\$2[aby]\$([0-9]{2})\$[.\/A-Za-z0-9]{21}[.Oeu][.\/A-Za-z0-9]{30}[.CGKOSWaeimquy26]/
            guard let match = text.wholeMatch(of: form), let cost = Int(match.1) else {
                throw Complaint(found: "the value (not shown) is not a bcrypt hash", expected: expected)
            }
            guard (4...highestCost).contains(cost) else {
                throw Complaint(
                    found: "the bcrypt hash has cost \(cost)",
                    expected: "4 to \(highestCost): each step doubles the time that a password takes to check")
            }
            return text
        }
    }
}
