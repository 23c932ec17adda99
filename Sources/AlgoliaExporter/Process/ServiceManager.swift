import Dispatch
import Foundation

/// The service manager that started the process, such as systemd for a unit with `Type=notify`.
///
/// The protocol is that of sd_notify(3): datagrams of `KEY=value` lines, sent to the Unix socket that `NOTIFY_SOCKET`
/// names. A message that cannot be delivered is dropped: the program does the same work without a manager.
struct ServiceManager: Sendable {
    /// The manager of this process; nil when nobody waits for messages.
    static let shared = ServiceManager(environment: ProcessInfo.processInfo.environment)

    /// A change of state, or the sign that the process is alive.
    enum Message: Sendable {
        case ready, reloading, stopping, alive
    }

    /// The address of the socket, as the kernel takes it: an abstract name begins with a zero byte.
    private let address: [UInt8]

    /// The time after which the manager ends a process that has not sent ``Message/alive``; nil when it does not watch.
    let watchdogTimeout: Duration?

    /// - Returns: nil when `NOTIFY_SOCKET` is missing, or neither a path nor an abstract name that fits an address.
    init?(environment: [String: String]) {
        var name = Array((environment["NOTIFY_SOCKET"] ?? "").utf8)
        switch name.first {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): name[0] = 0
        default: return nil
        }
        // One byte remains for the zero that ends a path.
        guard name.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        address = name
        // The variables are inherited, but watch one process.
        let isWatched =
            environment["WATCHDOG_PID"].map { $0 == "\(ProcessInfo.processInfo.processIdentifier)" } ?? true
        watchdogTimeout =
            environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { isWatched && $0 > 0 ? .microseconds($0) : nil }
    }

    /// Sends a message; waits at most a second for the manager to take it.
    func send(_ message: Message) {
        #if canImport(Glibc)
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var patience = timeval(tv_sec: 1, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var target = sockaddr_un()
            target.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: address) }
            let size = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + address.count
            let text = Array(Self.text(of: message).utf8)
            _ = withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0, socklen_t(size))
                }
            }
        #endif
    }

    private static func text(of message: Message) -> String {
        switch message {
        case .ready: "READY=1"
        // The time lets `Type=notify-reload` tell this reload from an earlier one.
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(DispatchTime.now().uptimeNanoseconds / 1000)"
        case .stopping: "STOPPING=1"
        case .alive: "WATCHDOG=1"
        }
    }
}
