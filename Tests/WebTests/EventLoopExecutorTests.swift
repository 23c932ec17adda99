import NIOCore
import NIOPosix
import Testing

@testable import Web

@Suite("Executor of an event loop")
struct EventLoopExecutorTests {
    @Test("Tasks run on their loop, leave it for Swift's threads where they are told to, and come back")
    func threads() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        @Sendable func isOnLoop() async -> Bool { loop.inEventLoop }
        let places = await withTaskExecutorPreference(EventLoopExecutor(loop)) {
            let before = await isOnLoop()
            let beside = await withTaskExecutorPreference(globalConcurrentExecutor) { await isOnLoop() }
            return [before, beside, await isOnLoop()]
        }
        #expect(places == [true, false, true])
    }
}
