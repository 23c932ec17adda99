internal import NIOSSL
internal import Transport
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
        do throws(TLSFileError) {
            return try .client(
                certificateAuthorityFile: certificateAuthorityFile, certificateFile: certificateFile, keyFile: keyFile,
                skipsVerification: skipsVerification)
        } catch {
            throw RemoteWriteCertificateError(remote: remote, path: error.path, reason: error.reason)
        }
    }
}
