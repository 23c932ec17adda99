/// Reads the file of `--web.config.file`.
public enum WebSettingsLoader {
    /// - Throws: everything that is wrong with the file.
    public static func load(file: String) throws(SettingsError) -> WebSettings {
        let text: String
        do throws(TextFile.Unreadable) {
            text = try TextFile.read(file)
        } catch {
            throw SettingsError([SettingsError.Problem(file: file, found: error.reason, expected: "a YAML file")])
        }
        return try parse(text, file: file)
    }

    /// The same for a file's text.
    /// - Parameter file: what errors call it.
    public static func parse(_ yaml: String, file: String) throws(SettingsError) -> WebSettings {
        let problems = Problems(file: file)
        var settings = WebSettings()
        if let root = YAMLDocument.root(of: yaml, problems: problems) {
            ConfigurationValue(node: root, path: "", problems: problems).section { root in
                settings.certificate = certificate(&root)
                root.section("basic_auth_users") { users in
                    for (name, value) in users.entries() {
                        if let hash = value.scalar(.bcrypt) { settings.users[name] = hash }
                    }
                }
            }
        }
        guard problems.isEmpty else { throw problems.error }
        return settings
    }

    private static func certificate(_ root: inout ConfigurationSection) -> CertificateSettings? {
        var certificate: String?
        var key: String?
        guard let value = root.value("tls_server_config") else { return nil }
        value.section { tls in
            tls.read("cert_file", .text("the path of a PEM file"), into: &certificate)
            tls.read("key_file", .text("the path of a PEM file"), into: &key)
        }
        guard let certificate, let key else {
            value.refuse("a certificate is not complete", expected: "cert_file and key_file")
            return nil
        }
        return CertificateSettings(certificateFile: certificate, keyFile: key)
    }
}

extension ValueRule<String> {
    /// A bcrypt hash. What it is instead is not shown: it may be the password.
    static var bcrypt: Self {
        let expected = "a bcrypt hash such as `htpasswd -nBC 10 \"\"` prints, beginning with $2y$"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard text.wholeMatch(of: /\$2[aby]\$[0-9]{2}\$[.\/A-Za-z0-9]{53}/) != nil else {
                throw Complaint(found: "the value (not shown) is not a bcrypt hash", expected: expected)
            }
            return text
        }
    }
}
