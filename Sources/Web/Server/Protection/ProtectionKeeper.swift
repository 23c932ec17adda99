internal import Logging
private import Synchronization
private import Transport
public import UsageModel

/// The file of `--web.config.file`, to be read again when it changes.
public struct WebSecurityFile: Sendable {
    let path: String
    let load: @Sendable () throws -> WebSecurity

    /// - Parameter load: reads the file; its error says what is wrong where.
    public init(path: String, load: @escaping @Sendable () throws -> WebSecurity) {
        self.path = path
        self.load = load
    }
}

/// Reads certificate, key, client authorities and the web configuration again when they change.
///
/// 1. All of them are read together or none: a certificate never meets a key or authority of another time.
/// 2. A change is read once nothing has changed between two looks: halfway through a rotation nothing is said.
/// 3. What cannot be used leaves the previous in force, and is tried again at each look: access may be given without
///    a change of the file.
/// 4. Nothing that is read again takes TLS or the need for a password away: a file that was cut off would.
///
/// NIO's own reloader knows certificate and key alone, and says at each of its looks what is wrong.
final class ProtectionKeeper: Sendable {
    /// Seconds between two looks.
    private static let interval = 1.0

    fileprivate struct Versions: Equatable {
        var configuration: FileVersion?
        var files: [FileVersion?]
    }

    private struct State {
        var current: Protection
        /// The newest that could be read; its files may be unusable.
        var security: WebSecurity
        /// What was there when it was read.
        var tried: Versions
        /// What was there at the last look.
        var seen: Versions
        /// What is wrong with what is there, if anything.
        var complaint: String?
    }

    private let file: WebSecurityFile?
    private let logger: Logger
    private let clock: any WallClock
    private let state: Mutex<State>

    /// - Parameter clock: measures the minute in which wrong passwords are counted; files are checked by the
    ///   system clock.
    /// - Throws: `TLSFileError`.
    init(
        _ security: WebSecurity, file: WebSecurityFile?, logger: Logger, clock: any WallClock = SystemClock()
    ) throws {
        self.file = file
        self.logger = logger
        self.clock = clock
        let versions = Versions(file, security)
        state = Mutex(
            State(
                current: try Protection(security, clock: clock), security: security, tried: versions, seen: versions))
    }

    /// What is in force.
    var current: Protection { state.withLock { $0.current } }

    /// Looks for changes until the task is cancelled.
    func run() async {
        guard file != nil || current.tls != nil else { return }
        while (try? await SystemClock().sleep(for: Self.interval)) != nil { look() }
    }

    /// Puts into force what has changed, once it does not change any more. One call at a time.
    func look() {
        let (security, tried, isBad) = state.withLock { ($0.security, $0.tried, $0.complaint != nil) }
        let now = Versions(file, security)
        let isSettled = state.withLock { state in
            defer { state.seen = now }
            return state.seen == now
        }
        guard isSettled, now != tried || isBad else { return }
        do {
            try read(now, again: now.configuration != tried.configuration || (isBad && now.configuration != nil))
            state.withLock { $0.complaint = nil }
            logger.notice("web configuration, certificate and key loaded again; new connections use them")
        } catch {
            let complaint = "\(error)".split(separator: "\n").joined(separator: "; ")
            let isNew = state.withLock { state in
                defer { state.complaint = complaint }
                return state.complaint != complaint
            }
            guard isNew else { return }
            logger.warning("web configuration not loaded: \(complaint); continuing with the previous one")
        }
    }

    /// - Parameter again: whether to read the configuration, and not only the files that it names.
    private func read(_ now: Versions, again: Bool) throws {
        state.withLock { $0.tried = now }
        let current = current
        var security = state.withLock { $0.security }
        if again, let file {
            security = try file.load()
            let versions = Versions(configuration: now.configuration, files: security.files.map(FileVersion.init))
            state.withLock { state in
                state.security = security
                (state.tried, state.seen) = (versions, versions)
            }
        }
        try RestartNeeded.check(from: current.security, to: security)
        let next = try Protection(security, clock: clock, after: current)
        state.withLock { $0.current = next }
    }
}

extension ProtectionKeeper.Versions {
    init(_ file: WebSecurityFile?, _ security: WebSecurity) {
        configuration = file.flatMap { FileVersion(ofFileAt: $0.path) }
        files = security.files.map(FileVersion.init)
    }
}

/// A change that a running server does not make.
private struct RestartNeeded: Error, CustomStringConvertible {
    let description: String

    static func check(from old: WebSecurity, to new: WebSecurity) throws(RestartNeeded) {
        switch (old.certificate, new.certificate) {
        case (nil, .some):
            throw RestartNeeded(description: "tls_server_config was added; restart the exporter to serve HTTPS")
        case (.some, nil):
            throw RestartNeeded(description: "tls_server_config was removed; restart the exporter to serve HTTP")
        default: break
        }
        guard new.users.isEmpty, !old.users.isEmpty else { return }
        throw RestartNeeded(
            description: "basic_auth_users was removed; restart the exporter to serve without passwords")
    }
}
