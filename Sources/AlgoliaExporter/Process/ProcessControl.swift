import Foundation
import Logging
import Output
import Synchronization

/// A command that SIGTERM and SIGINT end in order, with exit status 0, and SIGHUP does not end.
protocol StoppableCommand {}

/// The end of the process: signals, the time that stopping may take, and files that must not stay half-written.
///
/// Signals are blocked on every thread and taken by the main thread alone. So they work while the pools are
/// stuck, none is lost during the start, and the time limit needs nothing that could hang:
///
/// 1. The first SIGTERM or SIGINT stops a ``StoppableCommand`` in order; any other command ends by the signal.
/// 2. A second one, or ``grace`` seconds, end the process at once. The history is complete at any instant.
final class ProcessControl: Sendable {
    static let shared = ProcessControl()

    /// Seconds from the stop signal until the process exits even if something still runs.
    static let grace = 8.0

    private struct State {
        var stop: (@Sendable () -> Void)?
        var reload: (@Sendable () -> Void)?
        var lastWords: (@Sendable (_ signal: String) -> String?)?
        var isStopping = false
        var wantsReload = false
        var logger: Logger?
    }

    private let state = Mutex(State())

    /// Whether the process was asked to stop, or stops because something failed.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Where the process says why it ends.
    func log(to logger: Logger) { state.withLock { $0.logger = logger } }

    /// Registers what stops the command in order. Before, it ends at once.
    func onStop(_ stop: @escaping @Sendable () -> Void) { state.withLock { $0.stop = stop } }

    /// Registers what loads the configuration again. A SIGHUP that came before counts.
    func onReload(_ reload: @escaping @Sendable () -> Void) {
        let isWanted = state.withLock { state in
            state.reload = reload
            defer { state.wantsReload = false }
            return state.wantsReload
        }
        if isWanted { reload() }
    }

    /// Registers what to log when a signal, `SIGINT` for one, ends a command that does not stop in order.
    func onSignal(_ lastWords: @escaping @Sendable (_ signal: String) -> String?) {
        state.withLock { $0.lastWords = lastWords }
    }

    /// Limits the time that the process still has to ``grace``: something failed, and the rest is stopping.
    func limitEnd(status: Int32) {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        ServiceManager.shared?.send(.stopping)
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: Self.grace)
            logger?.warning(
                "stopping took longer than \(Int(Self.grace)) s; exiting now, stored data is kept"
            )
            end(status)
        }
    }

    /// Ends the process: no half-written file stays, and the log is written as far as its reader takes it.
    func end(_ status: Int32) -> Never {
        UnfinishedFiles.shared.discard()
        LogWriter.standardError.flush(within: 1)
        // Not `exit`: other threads are running, and must not meet what its handlers have torn down.
        _exit(status)
    }

    private var logger: Logger? { state.withLock { $0.logger } }
}

// MARK: Signals

extension ProcessControl {
    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        return set
    }

    /// Keeps signals until ``takeSignals(endingBySignal:)``, on this thread and all that it will start.
    static func holdSignals() {
        var set = signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Takes signals for ever.
    /// - Parameter endingBySignal: whether the command ends as programs do that know nothing of signals.
    func takeSignals(endingBySignal: Bool) -> Never {
        var set = Self.signals
        while true {
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            if endingBySignal { end(bySignal: number) } else { take(number) }
        }
    }

    /// The line that a SIGBUS writes; for as long as the process lives.
    private nonisolated(unsafe) static var busErrorLine = UnsafeBufferPointer<CChar>(start: nil, count: 0)

    /// Writes `line` to standard error when a SIGBUS ends the process. To be called once, before any file is mapped.
    ///
    /// SQLite maps the index of the write-ahead log (`-shm`) into memory, as does every program that has the database
    /// open, and what is mapped of a file that was cut cannot be read.
    static func explainBusError(_ line: String) {
        let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: line.utf8.count)
        _ = bytes.initialize(from: line.utf8.lazy.map(CChar.init(bitPattern:)))
        busErrorLine = UnsafeBufferPointer(bytes)
        signal(SIGBUS) { number in
            // Nothing but what may be called wherever a signal arrives.
            _ = write(STDERR_FILENO, ProcessControl.busErrorLine.baseAddress, ProcessControl.busErrorLine.count)
            signal(number, SIG_DFL)
            raise(number)
        }
    }

    private func take(_ number: Int32) {
        guard number != SIGHUP else {
            let reload = state.withLock { state in
                if state.reload == nil { state.wantsReload = true }
                return state.reload
            }
            reload?()
            return
        }
        guard !isStopping else {
            logger?.warning("received a second stop signal; exiting now, stored data is kept")
            end(0)
        }
        limitEnd(status: 0)
        guard let stop = state.withLock({ $0.stop }) else {
            logger?.info("stopped during startup")
            end(0)
        }
        stop()
    }

    private func end(bySignal number: Int32) {
        var before = sigaction()
        sigaction(number, nil, &before)
        // The parent process ignores it, as `nohup` does.
        if before.isIgnored { return }
        let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"]
        if let words = state.withLock({ $0.lastWords })?(names[number] ?? "signal \(number)") {
            logger?.notice("\(words)")
        }
        UnfinishedFiles.shared.discard()
        LogWriter.standardError.flush(within: 0.5)
        signal(number, SIG_DFL)
        var set = Self.signals
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
        // Reached by process 1 of a container, which such a signal does not end.
        _exit(128 + number)
    }
}

extension sigaction {
    fileprivate var isIgnored: Bool {
        #if canImport(Darwin)
            unsafeBitCast(__sigaction_u.__sa_handler, to: Int.self) == 1
        #else
            unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self) == 1
        #endif
    }
}
