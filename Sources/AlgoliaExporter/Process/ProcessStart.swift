internal import CProcess
import Foundation

/// The settings of the process that come before anything else runs.
enum ProcessStart {
    /// Descriptors to ask for; more than any use of this program needs.
    private static let wantedDescriptors: UInt = 65_536

    /// The most descriptors that the process may have open; 0 when that is not known.
    private(set) nonisolated(unsafe) static var descriptorLimit = 0

    /// To be called once, on the main thread, while it is the only one.
    static func prepare() {
        ProcessControl.holdSignals()
        // A log or an answer that nobody reads any more is an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Swift's runtime may write a backtrace on these and then go on, so that a watchdog's SIGABRT would end
        // nothing; and a backtrace shows memory, which holds keys.
        for fatal in [SIGABRT, SIGQUIT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS] { signal(fatal, SIG_DFL) }
        occupyStandardDescriptors()
        process_forbid_dumps()
        descriptorLimit = Int(clamping: process_raise_descriptor_limit(wantedDescriptors))
    }

    /// Where standard input, output or error is closed, the next file that is opened, such as the database,
    /// would take its number and receive what is printed. Writing to these fails instead.
    private static func occupyStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            if open("/dev/null", O_RDONLY) == -1 { _ = open("/", O_RDONLY) }
        }
    }
}
