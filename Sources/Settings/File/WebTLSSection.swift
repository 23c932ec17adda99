internal import UsageModel

/// `tls_server_config` of the file of `--web.config.file`.
///
/// A key that Prometheus' exporters accept and that would have no effect here is an error, since its writer relies on it.
struct WebTLSSection {
    /// Where relative paths begin.
    let folder: String

    func read(_ value: ConfigurationValue, into settings: inout WebSecurity) {
        var certificate: String?
        var key: String?
        value.section { tls in
            tls.read("cert_file", .file(in: folder), into: &certificate)
            tls.read("key_file", .file(in: folder), into: &key)
            settings.handshake = handshake(&tls)
            for (inline, file) in [("cert", "cert_file"), ("key", "key_file"), ("client_ca", "client_ca_file")] {
                tls.refuse(inline, "certificates and keys are read from files only", expected: file)
            }
            tls.refuse(
                "prefer_server_cipher_suites", "the client always chooses among cipher_suites",
                expected: "this key to be removed")
        }
        guard let certificate, let key else {
            return value.refuse("the certificate is incomplete", expected: "cert_file and key_file")
        }
        settings.certificate = WebSecurity.Certificate(chain: certificate, key: key)
    }

    private func handshake(_ tls: inout ConfigurationSection) -> WebSecurity.Handshake {
        var handshake = WebSecurity.Handshake()
        tls.read("min_version", .named, into: &handshake.oldest)
        let newest = tls.value("max_version")
        handshake.newest = newest?.scalar(.named) ?? handshake.newest
        if let newest, handshake.newest < handshake.oldest {
            newest.refuse(
                "\(handshake.newest.rawValue) is older than min_version (\(handshake.oldest.rawValue))",
                expected: "the same or a newer version")
        }
        tls.read("cipher_suites", listOf: "cipher suites", .cipherSuite, into: &handshake.cipherSuites)
        tls.read("curve_preferences", listOf: "curves", .named, into: &handshake.curves)
        handshake.clients = clients(&tls)
        return handshake
    }

    private func clients(_ tls: inout ConfigurationSection) -> WebSecurity.ClientCertificates {
        var clients = WebSecurity.ClientCertificates()
        let policy = tls.value("client_auth_type")
        var isPolicyKnown = true
        if let policy, !policy.isEmpty {
            let read = policy.scalar(.clientPolicy)
            clients.policy = read ?? .none
            isPolicyKnown = read != nil
        }
        let authority = tls.value("client_ca_file")
        clients.authorityFile = authority?.scalar(.file(in: folder))
        let names = tls.value("client_allowed_sans").flatMap { $0.isNull ? nil : $0 }
        if let names, let list = names.list(of: "names") {
            clients.allowedNames = list.compactMap { $0.scalar(.text("a DNS name, IP address, e-mail address or URI")) }
        }
        // What a policy that cannot be read needs is not known.
        if isPolicyKnown { check(clients, policy, authority, names) }
        return clients
    }

    private func check(
        _ clients: WebSecurity.ClientCertificates, _ policy: ConfigurationValue?, _ authority: ConfigurationValue?,
        _ names: ConfigurationValue?
    ) {
        let name = clients.policy.rawValue
        if clients.policy.verifies, authority == nil {
            policy?.refuse("\(name) needs to know who issues certificates", expected: "client_ca_file as well")
        }
        if !clients.policy.verifies, let authority {
            authority.refuse(
                "no certificate is verified with client_auth_type \(name)",
                expected: "RequireAndVerifyClientCert or VerifyClientCertIfGiven")
        }
        guard let names else { return }
        if clients.allowedNames?.isEmpty == true {
            names.refuse("no client would be accepted", expected: "at least one name")
        }
        if !clients.policy.requires {
            names.refuse(
                "a client may come without a certificate with client_auth_type \(name)",
                expected: "RequireAndVerifyClientCert or RequireAnyClientCert")
        }
    }
}
