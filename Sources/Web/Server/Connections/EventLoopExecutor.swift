internal import NIOCore

/// Runs the tasks of a connection on its event loop, so that a request that is answered from memory stays on the thread
/// that has read it.
///
/// What computes or waits leaves the loop for Swift's threads: every other connection of the loop would wait for it.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
