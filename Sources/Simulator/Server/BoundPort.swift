private import Synchronization

/// A port that is not known yet. The first result stays.
final class BoundPort: Sendable {
    typealias Outcome = Result<Int, SimulatorServerStopped>

    private enum State {
        case waiting([CheckedContinuation<Outcome, Never>])
        case known(Outcome)
    }

    private let state = Mutex(State.waiting([]))

    func resolve(_ outcome: Outcome) {
        let waiting: [CheckedContinuation<Outcome, Never>] = state.withLock { state in
            guard case .waiting(let continuations) = state else { return [] }
            state = .known(outcome)
            return continuations
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    var value: Int {
        get async throws {
            let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
                let known: Outcome? = state.withLock { state in
                    switch state {
                    case .known(let outcome): return outcome
                    case .waiting(let continuations):
                        state = .waiting(continuations + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
            return try outcome.get()
        }
    }
}
