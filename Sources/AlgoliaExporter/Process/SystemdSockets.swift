import Foundation
import UsageModel

/// The sockets that systemd opened for the process (`sd_listen_fds(3)`).
enum SystemdSockets {
    /// The first of the descriptors, after standard input, output and error.
    private static let first: Int32 = 3
    private static let most: Int32 = 64

    /// The listening sockets, which programs that this process starts do not inherit.
    /// - Throws: `CommandError` that says what to change.
    static func addresses(
        _ environment: [String: String], process: Int32 = ProcessInfo.processInfo.processIdentifier
    ) throws -> [ListenAddress] {
        let advice = "start the exporter by a .socket unit of systemd, or use --web.listen-address"
        guard let owner = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else {
            throw CommandError(
                "--web.systemd-socket: LISTEN_PID and LISTEN_FDS are not set, so no sockets were passed; \(advice)")
        }
        guard owner == String(process) else {
            throw CommandError(
                "--web.systemd-socket: LISTEN_PID is '\(owner)', but this process is \(process); start the exporter directly by systemd, not by a shell"
            )
        }
        guard let count = Int32(count), (1...most).contains(count) else {
            throw CommandError(
                "--web.systemd-socket: LISTEN_FDS is '\(count)'; expected 1 to \(most) sockets; \(advice)")
        }
        return try (first..<first + count).map { descriptor in
            guard isListening(descriptor) else {
                throw CommandError(
                    "--web.systemd-socket: descriptor \(descriptor) is not a listening stream socket; expected ListenStream= and Accept=no in the .socket unit"
                )
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return .descriptor(descriptor)
        }
    }

    private static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0, value == 1 else { return false }
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &size) == 0 else { return false }
        return value == Int32(SOCK_STREAM.rawValue)
    }
}
