public import NIOSSL

/// A file for TLS that cannot be used.
public struct TLSFileError: Error, Sendable, Hashable {
    public var path: String
    public var reason: String
}

extension TLSConfiguration {
    /// A client's configuration with what PEM files hold now.
    /// - Parameters:
    ///   - certificateAuthorityFile: whom to trust; nil for whom the system trusts.
    ///   - certificateFile: the client's own certificate, followed by its chain; with its key.
    ///   - skipsVerification: whether any certificate of the server will do.
    /// - Throws: ``TLSFileError``.
    public static func client(
        certificateAuthorityFile: String?, certificateFile: String?, keyFile: String?, skipsVerification: Bool
    ) throws(TLSFileError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if skipsVerification { configuration.certificateVerification = .none }
        if let path = certificateAuthorityFile {
            configuration.trustRoots = .certificates(try certificates(path))
        }
        if let path = certificateFile, let keyPath = keyFile {
            configuration.certificateChain = try certificates(path).map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: try SmallFile.read(keyPath, atMost: 1 << 20), format: .pem))
            } catch {
                throw TLSFileError(path: keyPath, reason: "not a readable PEM private key")
            }
            do {
                _ = try NIOSSLContext(configuration: configuration)
            } catch {
                throw TLSFileError(path: path, reason: "certificate and key \(keyPath) do not match")
            }
        }
        return configuration
    }

    private static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        if let bytes = try? SmallFile.read(path, atMost: 1 << 24),
            let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        {
            return certificates
        }
        throw TLSFileError(path: path, reason: "not a readable PEM certificate")
    }
}
