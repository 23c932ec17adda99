internal import NIOSSL
private import Synchronization

/// The certificate authorities that are trusted instead of the system's, in a PEM file that may be replaced at any time.
///
/// The file is looked at before each request and read when it has changed. While it is missing, cannot be used, or was
/// written within the last second and may be half a file, those that were read last stay trusted.
public final class CertificateAuthorities: Sendable {
    private static let writingTime = 1.0

    private struct State {
        var path: String?
        var version: FileVersion?
        /// Nil for the system's.
        var configuration: TLSConfiguration?

        init(_ path: String?) throws(TLSFileError) {
            self.path = path
            guard let path else { return }
            version = FileVersion(ofFileAt: path)
            configuration = try .client(
                certificateAuthorityFile: path, certificateFile: nil, keyFile: nil, skipsVerification: false)
        }
    }

    private let state: Mutex<State>

    /// - Parameter file: nil for those of the system.
    /// - Throws: ``TLSFileError``.
    public init(file: String?) throws(TLSFileError) {
        state = try Mutex(State(file))
    }

    /// Trusts those of another file, or those that the same one holds now.
    /// - Throws: ``TLSFileError``; nothing has changed then.
    public func change(file: String?) throws(TLSFileError) {
        let new = try State(file)
        state.withLock { $0 = new }
    }

    /// A client's configuration with those that are trusted now; nil for the defaults.
    func current() -> TLSConfiguration? {
        state.withLock { state in
            guard let path = state.path else { return nil }
            let version = FileVersion(ofFileAt: path)
            if let version, version != state.version, !version.isBeingWritten(for: Self.writingTime),
                let new = try? State(path)
            {
                state = new
            }
            return state.configuration
        }
    }
}
