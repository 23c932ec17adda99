internal import Transport
internal import UsageModel

extension ConfigurationFile {
    /// Reads the list of receivers.
    mutating func readRemoteWrite(_ root: inout ConfigurationSection) {
        guard let value = root.value("remote_write"), let items = value.list(of: "receivers") else { return }
        var origins: [String: ConfigurationValue] = [:]
        for item in items {
            var receiver: RemoteWriteDestination?
            item.section { receiver = Self.receiver(&$0) }
            guard let receiver else { continue }
            if let first = origins[receiver.name] {
                let line = first.place.map { " at line \($0.line)" } ?? ""
                item.refuse(
                    "its name is already that of \(first.path)\(line)",
                    expected: "a unique name, which identifies the receiver's position")
            } else {
                origins[receiver.name] = item
                settings.remoteWrite.append(receiver)
            }
        }
    }

    /// Nil and a problem without a URL.
    private static func receiver(_ section: inout ConfigurationSection) -> RemoteWriteDestination? {
        let url = section.value("url")
        if url == nil {
            section.value.refuse("url is missing", expected: "the receiver's http or https URL")
        }
        let address = url?.scalar(.remoteWriteURL)
        var receiver = RemoteWriteDestination(name: address?.name ?? "", url: address?.url ?? "")
        section.read("name", .remoteName, into: &receiver.name)
        section.read("remote_timeout", .fineDuration(atLeast: 0.1), into: &receiver.timeout)
        section.section("headers") { headers in
            for (name, value) in headers.entries() { readHeader(name, value, of: headers, &receiver) }
        }
        readCredentials(&section, &receiver)
        section.section("tls_config") { readTLS(&$0, &receiver.tls) }
        receiver.proxy = section.value("proxy_url")?.scalar(.proxy)
        section.read("protobuf_message", .protobufMessage, into: &receiver.message)
        section.section("queue_config") { queue in
            queue.read(
                "max_samples_per_send", .positiveInteger(atMost: 1_000_000), into: &receiver.maxSamplesPerSend)
            queue.read("min_backoff", .fineDuration(atLeast: 0.001), into: &receiver.minBackoff)
            let longest = queue.value("max_backoff")
            if let seconds = longest?.scalar(.fineDuration(atLeast: 0.001)) { receiver.maxBackoff = seconds }
            if receiver.maxBackoff < receiver.minBackoff {
                (longest ?? queue.value).refuse("max_backoff is shorter than min_backoff", expected: "at least as much")
            }
            // 0 sends samples of any age.
            if let seconds = queue.value("sample_age_limit")?.scalar(.duration(atLeast: 0)), seconds > 0 {
                receiver.sampleAgeLimit = seconds
            }
        }
        return address == nil ? nil : receiver
    }

    private static func readHeader(
        _ name: String, _ value: ConfigurationValue, of headers: ConfigurationSection,
        _ receiver: inout RemoteWriteDestination
    ) {
        let reserved = [
            "authorization", "content-encoding", "content-type", "content-length", "host", "user-agent",
            "transfer-encoding", "x-prometheus-remote-write-version",
        ]
        if reserved.contains(name.lowercased()) {
            value.refuse("remote write sets this header itself", expected: "another header")
        } else if name.wholeMatch(of: /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/) == nil {
            // Not by the value's own path, which repeats the name.
            value.problems.add(
                value.place, headers.value.path, "\(ShownText.quoted(name)) is not a header name",
                expected: "letters, digits and -")
        } else if let text = value.scalar(.headerValue) {
            receiver.headers[name] = text
        }
    }

    // MARK: Credentials

    private static func readCredentials(_ section: inout ConfigurationSection, _ receiver: inout RemoteWriteDestination)
    {
        let basic = section.value("basic_auth")
        basic?.section { basic in
            let name = basic.value("username")
            if name == nil { basic.value.refuse("username is missing", expected: "the user name") }
            let user = name?.scalar(.userName)
            let password = secret("password", "password_file", .password, &basic)
            if let user, let password { receiver.credentials = .basic(user: user, password: password) }
        }
        guard let value = section.value("authorization") else { return }
        value.section { authorization in
            var type = "Bearer"
            authorization.read("type", .authorizationType, into: &type)
            guard let credentials = secret("credentials", "credentials_file", .key, &authorization) else { return }
            receiver.credentials = .authorization(type: type, credentials: credentials)
        }
        if basic != nil {
            value.refuse("basic_auth is given as well", expected: "only one of the two")
        }
    }

    /// A secret or the path of its file, never both.
    private static func secret(
        _ name: String, _ fileName: String, _ rule: ValueRule<SecretSource>, _ section: inout ConfigurationSection
    ) -> SecretSource? {
        let value = section.value(name)
        let file = section.value(fileName)
        if value == nil, file == nil {
            section.value.refuse("neither \(name) nor \(fileName) is given", expected: "one of the two")
        }
        if value != nil, let file { file.refuse("\(name) is given as well", expected: "only one of the two") }
        let given = [value?.scalar(rule), file?.scalar(.secretFile)].compactMap { $0 }
        return given.first
    }

    // MARK: TLS

    private static func readTLS(_ section: inout ConfigurationSection, _ tls: inout RemoteWriteTLS) {
        section.read("ca_file", .text("the path of a PEM file"), into: &tls.certificateAuthorityFile)
        let certificate = section.value("cert_file")
        let key = section.value("key_file")
        tls.certificateFile = certificate?.scalar(.text("the path of a PEM file"))
        tls.keyFile = key?.scalar(.text("the path of a PEM file"))
        section.read("insecure_skip_verify", .boolean, into: &tls.skipsVerification)
        if (certificate == nil) != (key == nil) {
            section.value.refuse("the certificate is incomplete", expected: "cert_file and key_file")
        }
    }
}
