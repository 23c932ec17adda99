private import Synchronization

/// Asks a sender to end, and gives a request that is under way the time to be answered.
package final class StopSignal: Sendable {
    private struct State {
        var isAsked = false
        var isSending = false
    }

    private let state = Mutex(State())
    private let asked: AsyncStream<Void>
    private let ask: AsyncStream<Void>.Continuation

    package init() { (asked, ask) = AsyncStream.makeStream() }

    var isAsked: Bool { state.withLock { $0.isAsked } }

    package func stop() {
        state.withLock { $0.isAsked = true }
        ask.finish()
    }

    /// Runs one request.
    /// - Throws: `CancellationError` when it should not begin any more.
    func sending<Result>(_ request: () async -> Result) async throws -> Result {
        try state.withLock { state in
            if state.isAsked { throw CancellationError() }
            state.isSending = true
        }
        defer { state.withLock { $0.isSending = false } }
        return await request()
    }

    /// Waits until the sender should be ended by force: at once when it only waits, otherwise after `grace`.
    func wait(grace: Duration) async {
        for await _ in asked {}
        guard state.withLock({ $0.isSending }) else { return }
        try? await Task.sleep(for: grace)
    }
}
