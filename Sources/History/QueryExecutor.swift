private import Dispatch
private import Foundation
private import Synchronization

#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Threads for what may take long: queries, forecasts, reports, and the documents that are made of them.
///
/// 1. They have a lower priority than all others of the process, so that scrapes and the collector get the processor at
///    once when they need it, however many queries are under way.
/// 2. They may wait. A task that prefers this executor reads the database on its own thread: two changes of threads
///    fewer for each read.
/// 3. They are as many as there are processors. Tasks take turns wherever they read, so a short query does not wait for
///    the end of a long one.
public final class QueryExecutor: TaskExecutor {
    /// The one of the process.
    public static let shared = QueryExecutor(threads: max(2, ProcessInfo.processInfo.activeProcessorCount))

    /// The niceness of the threads above that of the process. At 10, they get about a tenth of a processor that another
    /// thread wants as well.
    private static let niceness: Int32 = 10

    private let jobs = Mutex<[UnownedJob]>([])
    private let available = DispatchSemaphore(value: 0)

    private init(threads: Int) {
        for _ in 0..<threads {
            Thread.detachNewThread { [self] in
                Self.lowerPriority()
                while true { runNext() }
            }
        }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        available.signal()
    }

    private func runNext() {
        available.wait()
        let job = jobs.withLock { $0.removeFirst() }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// Whether the current task prefers this executor: what is called there without an actor's isolation may wait.
    static var isCurrent: Bool {
        withUnsafeCurrentTask { $0?.unownedTaskExecutor == shared.asUnownedTaskExecutor() }
    }

    private static func lowerPriority() {
        #if os(Linux)
            // On Linux each thread has its own priority. The first 0 is PRIO_PROCESS, whose declared type differs between C
            // libraries; the second is the calling thread.
            _ = setpriority(0, 0, min(19, getpriority(0, 0) + niceness))
        #endif
    }
}
