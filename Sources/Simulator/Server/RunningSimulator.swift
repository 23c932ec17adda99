internal import Logging
public import ServiceLifecycle

/// A simulator that is listening already, as a service that lasts until shutdown.
public struct RunningSimulator: Service {
    /// Where it listens, without a slash at the end.
    public let url: String
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Waits until it listens.
    /// - Parameter port: 0 for any that is free.
    /// - Throws: what keeps it from listening.
    public init(_ simulator: Simulator, host: String = "127.0.0.1", port: Int = 0) async throws {
        let server = SimulatorServer(simulator: simulator, host: host, port: port)
        let logger = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
        var configuration = ServiceGroupConfiguration(services: [server], logger: logger)
        // Requests that hang by order are not waited for.
        configuration.maximumGracefulShutdownDuration = .seconds(1)
        let group = ServiceGroup(configuration: configuration)
        self.group = group
        let task = Task { try await group.run() }
        self.task = task
        do {
            url = "http://\(host):\(try await server.port)"
        } catch {
            // The end of the server says why it does not listen.
            try await task.value
            throw error
        }
    }

    public func run() async throws {
        try? await gracefulShutdown()
        // Also when cancelled: a server that is cancelled while it accepts a connection
        // ends the process, because the library takes the dropped connection for a bug.
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }
}
