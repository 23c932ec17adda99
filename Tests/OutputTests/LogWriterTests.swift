import CoreMetrics
import Foundation
import Synchronization
import Testing

@testable import Output

@Suite("The writer of the log")
struct LogWriterTests {
    @Test("Lines arrive whole and in their order")
    func order() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        let lines = (0..<500).map { "line \($0)\n" }
        for line in lines { writer.write(line) }
        let text = try await pipe.text { $0.hasSuffix("line 499\n") }
        #expect(text == lines.joined())
    }

    @Test("A status stays below all lines, in place of the one before, until it ends as a line")
    func status() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        writer.show(status: nil)
        writer.write("before\n")
        writer.show(status: "10%")
        writer.write("between\n")
        writer.show(status: "20%")
        writer.show(status: nil)
        writer.write("after\n")
        let clear = "\r\u{1B}[K"
        let text = try await pipe.text { $0.hasSuffix("after\n") }
        #expect(text == "before\n\(clear)10%\(clear)between\n10%\(clear)20%\nafter\n")
    }

    @Test("A reader that stalls keeps nobody waiting: beyond 1 MiB, lines are dropped, counted and reported")
    func stalled() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        writer.report { "dropped \($0)\n" }
        let counter = TestCounter()
        writer.count(with: Counter(label: "dropped", dimensions: [], factory: counter))
        let line = String(repeating: "x", count: 1023)
        for _ in 0..<2000 { writer.write(line + "\n") }
        // 1024 lines of 1 KiB wait, and 64 are in the pipe.
        #expect(counter.value >= 2000 - 1024 - 64)
        func lines(_ text: String) -> (kept: Int, dropped: Int) {
            let lines = text.split(separator: "\n")
            return (
                lines.count { $0 == line },
                lines.filter { $0.hasPrefix("dropped ") }.reduce(0) { $0 + (Int($1.dropFirst(8)) ?? 0) }
            )
        }
        let text = try await pipe.text { text in
            let (kept, dropped) = lines(text)
            return kept + dropped == 2000
        }
        #expect(lines(text).dropped == counter.value)
        writer.write("after\n")
        #expect(try await pipe.text { $0.contains("after\n") } == "after\n")
    }

    @Test("Lines that were dropped before there was a counter are counted as soon as there is one")
    func lateCounter() async throws {
        let pipe = try TestPipe(hasReader: false)
        let writer = LogWriter(descriptor: pipe.writer)
        writer.write("nobody reads this\n")
        writer.flush(within: 60)
        let counter = TestCounter()
        writer.count(with: Counter(label: "dropped", dimensions: [], factory: counter))
        #expect(counter.value == 1)
        writer.write("nor this\n")
        writer.flush(within: 60)
        #expect(counter.value == 2)
    }

    @Test("A descriptor that does not wait by itself is waited for; one that nobody reads takes nothing")
    func descriptors() async throws {
        let pipe = try TestPipe(size: 4096)
        _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK)
        let text = String(repeating: "x", count: 100_000) + "\n"
        let writer = LogWriter(descriptor: pipe.writer)
        writer.write(text)
        #expect(try await pipe.text { $0.hasSuffix("\n") } == text)
        let gone = try TestPipe(hasReader: false)
        #expect(DescriptorOutput.write([0x78], to: gone.writer) == .none(EPIPE))
    }

    @Test("Waiting for the log ends at its time limit when nobody reads")
    func flushLimit() throws {
        let pipe = try TestPipe(size: 4096)
        let writer = LogWriter(descriptor: pipe.writer)
        for _ in 0..<100 { writer.write(String(repeating: "x", count: 1000) + "\n") }
        let start = ContinuousClock.now
        writer.flush(within: 0.05)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("A writer that never wrote has nothing to wait for")
    func idle() throws {
        let pipe = try TestPipe()
        let start = ContinuousClock.now
        LogWriter(descriptor: pipe.writer).flush(within: 600)
        #expect(ContinuousClock.now - start < .seconds(60))
    }
}

/// Counts what is dropped.
private final class TestCounter: MetricsFactory, CounterHandler {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment(by amount: Int64) { count.withLock { $0 += Int(amount) } }
    func reset() { count.withLock { $0 = 0 } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { self }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
