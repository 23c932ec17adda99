import NIOCore
import NIOPosix
import ServiceLifecycle

/// Tells the service manager that the process is alive, for as long as what every answer needs makes progress: Swift's
/// threads and the event loops of the connections. When one of them hangs, no message is sent, and the manager
/// restarts the process.
///
/// The history does not count: neither a full disk nor a slow one gets better by a restart. The log and /metrics report
/// them.
struct WatchdogKeeper: Service {
    let manager: ServiceManager
    /// The time between two messages.
    let interval: Duration

    /// The keeper of this process; none when its manager does not watch it.
    static var needed: [any Service] {
        guard let manager = ServiceManager.shared, let timeout = manager.watchdogTimeout else { return [] }
        // One message may be late without a restart.
        return [WatchdogKeeper(manager: manager, interval: timeout / 3)]
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
                manager.send(.alive)
                do { try await Task.sleep(for: interval) } catch { break }
            }
        }
    }
}
