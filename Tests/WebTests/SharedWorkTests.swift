import Testing

@testable import Web

@Suite("Work that several wait for")
struct SharedWorkTests {
    @Test("Who is cancelled stops waiting at once, and the others get the value")
    func cancelled() async throws {
        let (stream, source) = AsyncStream.makeStream(of: Int.self)
        let work = Task<Int, any Error> { await stream.first { _ in true } ?? 0 }
        let one = Task { try await work.sharedValue }
        let other = Task { try await work.sharedValue }
        one.cancel()
        // The work has not ended, and would not without the next line but one.
        await #expect(throws: CancellationError.self) { try await one.value }
        source.yield(7)
        #expect(try await other.value == 7)
    }

    @Test("What the work throws is thrown to all")
    func failed() async {
        struct Fault: Error {}
        let work = Task<Int, any Error> { throw Fault() }
        await #expect(throws: Fault.self) { try await work.sharedValue }
        await #expect(throws: Fault.self) { try await work.sharedValue }
    }
}
