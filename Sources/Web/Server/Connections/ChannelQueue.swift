internal import HummingbirdCore
internal import NIOCore
private import Synchronization

/// Connections, or streams of one, on their way from an event loop to the tasks that serve them, which run on that loop.
///
/// None is dropped, whatever is cancelled: NIO traps when nobody serves one to its end.
struct ChannelQueue<Value: ServerChildChannelValue>: Sendable {
    /// How far the end has come: what is still queued must be served.
    private struct End {
        var isCancelled = false
        /// Whether nothing is queued any more.
        var isDrained = false
    }

    private let queued: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation
    private let serve: @Sendable (Value) async -> Void

    init(serve: @escaping @Sendable (Value) async -> Void) {
        self.serve = serve
        (queued, continuation) = AsyncStream.makeStream(of: Value.self)
    }

    func add(_ value: Value) {
        guard case .terminated = continuation.yield(value) else { return }
        value.channel.close(promise: nil)
        Task { await serve(value) }
    }

    /// Says that nothing more comes.
    func finish() { continuation.finish() }

    /// Serves each in a task, until all that came before ``finish()`` are served. Cancelled, it cancels these tasks
    /// once nothing is queued any more.
    func run() async {
        let end = Mutex(End())
        let serving = Task {
            await withDiscardingTaskGroup { group in
                for await value in queued {
                    group.addTask(executorPreference: EventLoopExecutor(value.channel.eventLoop)) {
                        await serve(value)
                    }
                }
                let isCancelled = end.withLock { end in
                    end.isDrained = true
                    return end.isCancelled
                }
                if isCancelled { group.cancelAll() }
            }
        }
        await withTaskCancellationHandler {
            await serving.value
        } onCancel: {
            let isDrained = end.withLock { end in
                end.isCancelled = true
                return end.isDrained
            }
            if isDrained { serving.cancel() }
        }
    }
}
