import Transport
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("Remote write: the end of a sender", .timeLimit(.minutes(30)))
struct StopSignalTests {
    private static let destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/")

    @Test("Once asked to stop, no request begins; one that is under way has its result")
    func asked() async throws {
        let signal = StopSignal()
        #expect(!signal.isAsked)
        let result = try await signal.sending {
            signal.stop()
            return 7
        }
        #expect(result == 7)
        #expect(signal.isAsked)
        await #expect(throws: CancellationError.self) {
            try await signal.sending { Issue.record("a request began") }
        }
        signal.stop()
        #expect(signal.isAsked)
    }

    @Test("Where nothing is being sent, the grace is not waited for")
    func idle() async throws {
        let signal = StopSignal()
        try await signal.sending {}
        signal.stop()
        // A day: the test's time limit is what fails.
        await signal.wait(grace: .seconds(86_400))
    }

    @Test("A request that is under way gets its grace, and no more")
    func grace() async throws {
        let signal = StopSignal()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let request = Task {
            try await signal.sending {
                begin.finish()
                while !Task.isCancelled { await Task.yield() }
            }
        }
        for await _ in begun {}
        let start = ContinuousClock.now
        signal.stop()
        await signal.wait(grace: .milliseconds(200))
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        request.cancel()
        try await request.value
    }

    @Test("A task that is stopped has ended when that is said, and stays ended for all who ask")
    func stopped() async {
        let hasEnded = Mutex(false)
        let task = RemoteWriteTask(Self.destination) { signal in
            while !signal.isAsked { await Task.yield() }
            for _ in 0..<100 { await Task.yield() }
            hasEnded.withLock { $0 = true }
        }
        let running = Task { await task.run(grace: .seconds(600)) }
        // Several may wait for it: a reload, and the end of the process.
        for _ in 0..<2 {
            await task.stopped()
            #expect(hasEnded.withLock { $0 })
        }
        await running.value
    }

    @Test("A body that does not listen is cancelled after the grace")
    func cancelled() async {
        let task = RemoteWriteTask(Self.destination) { signal in
            _ = try? await signal.sending { while !Task.isCancelled { await Task.yield() } }
        }
        let running = Task { await task.run(grace: .milliseconds(50)) }
        await Task.yield()
        await task.stopped()
        await running.value
    }

    @Test("A task that will never run is not waited for")
    func abandoned() async {
        let task = RemoteWriteTask(Self.destination) { _ in Issue.record("it ran") }
        task.abandon()
        await task.stopped()
    }

    @Test("A body that ends by itself ends the task, without anybody asking")
    func ending() async {
        let task = RemoteWriteTask(Self.destination) { _ in }
        await task.run(grace: .seconds(86_400))
        await task.stopped()
    }
}
