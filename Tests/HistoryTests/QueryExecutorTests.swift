import Foundation
import GRDB
import TestSupport
import Testing
import UsageModel

@testable import History

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Threads for queries")
struct QueryExecutorTests {
    private func onQueryThreads<Value: Sendable>(_ body: @Sendable () async throws -> Value) async rethrows -> Value {
        try await withTaskExecutorPreference(QueryExecutor.shared, operation: body)
    }

    @Test("A read of a task that prefers them stays on its thread, and others read elsewhere")
    func reads() async throws {
        let folder = TemporaryFolder()
        let history = try History(path: folder.file("history.db"))
        @Sendable func isSameThread() async throws -> Bool {
            let before = pthread_self()
            return try await history.read { _ in pthread_equal(before, pthread_self()) != 0 }
        }
        #expect(await onQueryThreads { QueryExecutor.isCurrent })
        #expect(try await onQueryThreads { try await isSameThread() })
        #expect(!QueryExecutor.isCurrent)
        #expect(try await history.read { _ in true })
        // Child tasks as well: two readers at once are how the largest series are found.
        try await onQueryThreads {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await isSameThread() } }
                for try await same in group { #expect(same) }
            }
        }
    }

    #if os(Linux)
        @Test("They have a lower priority than the rest of the process")
        func priority() async {
            let own = getpriority(0, 0)
            let theirs = await onQueryThreads { getpriority(0, 0) }
            #expect(theirs == min(19, own + 10))
        }
    #endif

    @Test("A read ends when its task is cancelled, and the connection is whole for the next one")
    func cancellation() async throws {
        let folder = TemporaryFolder()
        let history = try History(path: folder.file("history.db"))
        let (began, begins) = AsyncStream.makeStream(of: Void.self)
        let task = Task(executorPreference: QueryExecutor.shared) {
            try await history.read { db in
                begins.yield()
                // Without an end.
                return try Int.fetchOne(
                    db, sql: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
            }
        }
        for await _ in began { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for _ in 0..<8 {
            #expect(try await onQueryThreads { try await history.read { try Int.fetchOne($0, sql: "SELECT 1") } } == 1)
        }
        let late = Task(executorPreference: QueryExecutor.shared) {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await history.read { _ in true }
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
