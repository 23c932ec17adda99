private import HTTPTypes
private import Hummingbird
public import Logging
private import NIOCore
public import ServiceLifecycle

/// Serves a ``Simulator`` over HTTP/1.1, faults of the connection included.
///
/// A `Service`: it runs until its task is cancelled or its service group shuts
/// down, and closes requests that hang when it does.
public struct SimulatorServer: Service {
    /// How long a hanging request is held when its client waits for ever.
    public static let longestHang = Duration.seconds(120)

    private let simulator: Simulator
    private let host: String
    private let requestedPort: Int
    private let logger: Logger
    private let boundPort = BoundPort()
    private let onServerRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - onServerRunning: called once with the port, before the first request is accepted.
    public init(
        simulator: Simulator, host: String = "127.0.0.1", port: Int = 0,
        logger: Logger = Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() }),
        onServerRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.simulator = simulator
        self.host = host
        requestedPort = port
        self.logger = logger
        self.onServerRunning = onServerRunning
    }

    /// The port it listens on, as soon as it does.
    /// - Throws: ``SimulatorServerStopped`` when ``run()`` ended before.
    public var port: Int {
        get async throws { try await boundPort.value }
    }

    /// Serves until cancelled or shut down.
    /// - Throws: when the address cannot be listened on.
    public func run() async throws {
        let application = Application(
            responder: SimulatorResponder(simulator: simulator),
            configuration: ApplicationConfiguration(address: .hostname(host, port: requestedPort)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? requestedPort
                boundPort.resolve(.success(port))
                await onServerRunning(port)
            },
            logger: logger)
        defer { boundPort.resolve(.failure(SimulatorServerStopped())) }
        do {
            try await application.run()
        } catch is CancellationError {
            // Being cancelled is how a demo or a test ends.
        }
    }
}

/// The server ended before it listened.
public struct SimulatorServerStopped: Error, CustomStringConvertible {
    /// For logs.
    public var description: String { "the simulator stopped before it listened on a port" }
}
