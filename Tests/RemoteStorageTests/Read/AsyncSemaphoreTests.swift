import Synchronization
import Testing

@testable import RemoteStorage

@Suite("Permits", .timeLimit(.minutes(30)))
struct AsyncSemaphoreTests {
    /// Begins to wait, and returns once it stands in the queue. The permit ends at once.
    private func wait(
        _ semaphore: AsyncSemaphore, _ name: Int, _ order: Order
    ) async -> Task<Void, any Error> {
        let task = Task {
            order.began(name)
            let permit = try await semaphore.acquire()
            order.got(name)
            withExtendedLifetime(permit) {}
        }
        while !order.hasBegun(name) { await Task.yield() }
        // From its beginning to its place in the queue it does not wait for anything.
        for _ in 0..<200 { await Task.yield() }
        return task
    }

    private final class Order: Sendable {
        private let state = Mutex((begun: Set<Int>(), got: [Int]()))

        var names: [Int] { state.withLock { $0.got } }
        func began(_ name: Int) { _ = state.withLock { $0.begun.insert(name) } }
        func got(_ name: Int) { state.withLock { $0.got.append(name) } }
        func hasBegun(_ name: Int) -> Bool { state.withLock { $0.begun.contains(name) } }
    }

    @Test("A permit ends with its last reference, not with its first")
    func references() async throws {
        let semaphore = AsyncSemaphore(1)
        let order = Order()
        var first: Permit? = try await semaphore.acquire()
        var second = first
        let waiting = await wait(semaphore, 1, order)
        first = nil
        for _ in 0..<200 { await Task.yield() }
        #expect(order.names.isEmpty)
        withExtendedLifetime(second) {}
        second = nil
        try await waiting.value
        #expect(order.names == [1])
        _ = first
    }

    @Test("Whoever gives up while waiting leaves the place to the next, and takes no permit along")
    func givingUp() async throws {
        let semaphore = AsyncSemaphore(1)
        let order = Order()
        var held: Permit? = try await semaphore.acquire()
        let first = await wait(semaphore, 1, order)
        let second = await wait(semaphore, 2, order)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(order.names.isEmpty)
        withExtendedLifetime(held) {}
        held = nil
        try await second.value
        #expect(order.names == [2])
        // It is free again.
        _ = try await semaphore.acquire()
    }

    @Test("A task that is cancelled already gets none, although one is free")
    func cancelledBefore() async throws {
        let semaphore = AsyncSemaphore(1)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await semaphore.acquire()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = try await semaphore.acquire()
    }

    @Test("Cancellations at any moment lose no permit", arguments: 1...3)
    func storm(count: Int) async throws {
        let semaphore = AsyncSemaphore(count)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let task = Task {
                        let permit = try await semaphore.acquire()
                        for _ in 0..<number % 5 { await Task.yield() }
                        withExtendedLifetime(permit) {}
                    }
                    for _ in 0..<number % 7 { await Task.yield() }
                    if number % 3 != 0 { task.cancel() }
                    _ = try? await task.value
                }
            }
        }
        // All of them are there.
        var permits: [Permit] = []
        for _ in 0..<count { permits.append(try await semaphore.acquire()) }
        #expect(permits.count == count)
    }
}
