internal import NIOSSL
internal import UsageModel

/// A certificate of remote write cannot be used.
public struct RemoteWriteCertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The destination's name.
    public var remote: String
    public var path: String
    public var reason: String

    public var description: String { "remote_write \(remote): \(path): \(reason)" }
}

extension RemoteWriteTLS {
    /// Whether anything of it is read from a file.
    var hasFiles: Bool { certificateAuthorityFile != nil || certificateFile != nil }

    /// The client's configuration with what its files hold now; nil for the defaults.
    /// - Throws: ``RemoteWriteCertificateError``.
    func configuration(remote: String) throws(RemoteWriteCertificateError) -> TLSConfiguration? {
        guard hasFiles || skipsVerification else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if skipsVerification { configuration.certificateVerification = .none }
        if let path = certificateAuthorityFile {
            configuration.trustRoots = .certificates(try Self.certificates(path, remote))
        }
        if let path = certificateFile, let keyPath = keyFile {
            configuration.certificateChain = try Self.certificates(path, remote).map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: try SmallFile.read(keyPath, atMost: 1 << 20), format: .pem))
            } catch {
                throw RemoteWriteCertificateError(
                    remote: remote, path: keyPath, reason: "not a readable PEM private key")
            }
            do {
                _ = try NIOSSLContext(configuration: configuration)
            } catch {
                throw RemoteWriteCertificateError(
                    remote: remote, path: path, reason: "certificate and key \(keyPath) do not match")
            }
        }
        return configuration
    }

    private static func certificates(
        _ path: String, _ remote: String
    ) throws(RemoteWriteCertificateError) -> [NIOSSLCertificate] {
        if let bytes = try? SmallFile.read(path, atMost: 1 << 24),
            let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        {
            return certificates
        }
        throw RemoteWriteCertificateError(
            remote: remote, path: path, reason: "not a readable PEM certificate")
    }
}
