import Settings
import UsageModel

extension RemoteWriteDestination {
    /// A receiver as it is configured.
    init(_ settings: RemoteWriteSettings) {
        self.init(name: settings.name, url: settings.url)
        timeout = settings.remoteTimeout
        headers = settings.headers.mapValues { SecretSource($0) }
        if let basic = settings.basicAuth {
            credentials = .basic(user: basic.username, password: SecretSource(basic.password))
        } else if let authorization = settings.authorization {
            credentials = .authorization(
                type: authorization.type, credentials: SecretSource(authorization.credentials))
        }
        tls.certificateAuthorityFile = settings.tls.certificateAuthorityFile
        tls.certificateFile = settings.tls.certificateFile
        tls.keyFile = settings.tls.keyFile
        tls.skipsVerification = settings.tls.skipsVerification
        message = settings.protobufMessage.flatMap { RemoteWriteMessage(rawValue: $0) }
        maxSamplesPerSend = settings.queue.maxSamplesPerSend
        minBackoff = settings.queue.minBackoff
        maxBackoff = settings.queue.maxBackoff
        sampleAgeLimit = settings.queue.sampleAgeLimit > 0 ? settings.queue.sampleAgeLimit : nil
    }
}

extension SecretSource {
    fileprivate init(_ setting: KeySetting) {
        switch setting {
        case .value(let text): self = .value(text)
        case .file(let path): self = .file(path)
        }
    }
}
