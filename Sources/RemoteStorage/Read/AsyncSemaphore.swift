private import Synchronization

/// Lets a few through at a time, in the order in which they came.
final class AsyncSemaphore: Sendable {
    private struct State {
        var free: Int
        var lastTicket = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// Returns when it is the caller's turn, which lasts as long as the permit does.
    /// - Throws: `CancellationError`.
    func acquire() async throws -> Permit {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // Within the lock: a cancellation after this finds the ticket.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.free > 0 {
                        state.free -= 1
                        return .success(())
                    }
                    state.waiting.append((ticket, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
            }
            waiting?.resume(throwing: CancellationError())
        }
        return Permit(of: self)
    }

    fileprivate func release() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil as CheckedContinuation<Void, any Error>?
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }
}

/// Leave to go on. It cannot be forgotten: it ends with the last reference to it, whatever became of a request.
package final class Permit: Sendable {
    private let semaphore: AsyncSemaphore

    fileprivate init(of semaphore: AsyncSemaphore) { self.semaphore = semaphore }

    deinit { semaphore.release() }
}
