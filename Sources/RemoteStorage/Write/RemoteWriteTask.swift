internal import Transport
internal import CoreMetrics
internal import History
internal import Logging
internal import NIOSSL
internal import UsageModel

/// One destination while it is sent to: from its coming into the configuration to its going.
final class RemoteWriteTask: Sendable {
    let destination: RemoteWriteDestination
    private let stop = StopSignal()
    private let body: @Sendable (StopSignal) async -> Void
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    /// - Parameter body: sends until the signal says stop or its task is cancelled.
    init(_ destination: RemoteWriteDestination, body: @escaping @Sendable (StopSignal) async -> Void) {
        self.destination = destination
        self.body = body
        (ended, end) = AsyncStream.makeStream()
    }

    /// Sends until told to stop or cancelled.
    /// - Parameter grace: how long a request that is under way may take when told to stop.
    func run(grace: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [stop, body] in await body(stop) }
            group.addTask { [stop] in await stop.wait(grace: grace) }
            await group.next()
            group.cancelAll()
        }
        end.finish()
    }

    /// Says that ``run(grace:)`` will not be called.
    func abandon() { end.finish() }

    /// Asks it to stop.
    func askToStop() { stop.stop() }

    /// Stops it and waits for the end of ``run(grace:)``, which was or will be called.
    func stopped() async {
        stop.stop()
        for await _ in ended {}
    }
}
