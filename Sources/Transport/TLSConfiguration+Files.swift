public import NIOSSL

/// A file for TLS that cannot be used.
public struct TLSFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var description: String { "\(path) cannot be used for TLS: \(reason)" }
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
        if let certificateFile, let keyFile {
            configuration.certificateChain = try chain(certificateFile)
            configuration.privateKey = try privateKey(keyFile)
            try configuration.requireMatch(certificateFile, keyFile)
        }
        return configuration
    }

    /// A server's configuration with what PEM files hold now.
    /// - Parameters:
    ///   - certificateFile: the server's certificate, followed by its chain.
    ///   - clientAuthorityFile: whom to trust when clients have certificates; nil for nobody.
    /// - Throws: ``TLSFileError``.
    public static func server(
        certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil
    ) throws(TLSFileError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try chain(certificateFile), privateKey: try privateKey(keyFile))
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = .certificates(try clientAuthorityFile.map(certificates) ?? [])
        try configuration.requireMatch(certificateFile, keyFile)
        return configuration
    }

    private func requireMatch(_ certificateFile: String, _ keyFile: String) throws(TLSFileError) {
        do {
            _ = try NIOSSLContext(configuration: self)
        } catch {
            throw TLSFileError(path: certificateFile, reason: "certificate and key \(keyFile) do not match")
        }
    }

    private static func privateKey(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKeySource {
        let bytes = try contents(path, atMost: 1 << 20)
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw TLSFileError(path: path, reason: "not a readable PEM private key")
        }
        return .privateKey(key)
    }

    private static func chain(_ path: String) throws(TLSFileError) -> [NIOSSLCertificateSource] {
        try certificates(path).map { .certificate($0) }
    }

    private static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        let bytes = try contents(path, atMost: 1 << 24)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw TLSFileError(path: path, reason: "not a readable PEM certificate")
        }
        return certificates
    }

    private static func contents(_ path: String, atMost limit: Int) throws(TLSFileError) -> [UInt8] {
        do {
            return try SmallFile.read(path, atMost: limit)
        } catch {
            throw TLSFileError(path: path, reason: error.reason)
        }
    }
}
