import ArgumentParser
import History
import Logging
import Output
import Synchronization
import UsageModel

extension DatabaseCommand {
    /// Copies the database while it may be in use.
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Back up the database to a new file. The exporter may keep running.",
            discussion: """
                The copy is the database at one instant, and is verified before it gets its name: a damaged database \
                makes no backup. Shows a bar on a terminal, and logs a line every 10 s elsewhere.
                """)

        @Argument(help: "Path of the new file, which must not exist, or of a FIFO to write to.")
        var target: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await DatabaseCommand.withHistory(common, readOnly: true) { history in
                let logger = Logger(label: "algolia-exporter")
                let display = BackupDisplay(ProgressDisplay(clock: SystemClock()), logger: logger)
                defer { display.finish() }
                try await BackupFile(target).write { copy in
                    try await history.backUp(to: copy) { display.update($0) }
                }
                display.finish()
                try Console.output("\(history.path) backed up to \(target), verified")
            }
        }
    }
}

/// Shows how far `db backup` is.
final class BackupDisplay: Sendable {
    private let display: ProgressDisplay
    private let logger: Logger
    private let newest = Mutex(BackupProgress.copying(0, of: 0))

    init(_ display: ProgressDisplay, logger: Logger) {
        self.display = display
        self.logger = logger
    }

    func update(_ progress: BackupProgress) {
        newest.withLock { $0 = progress }
        let (percent, part) = Self.text(progress)
        display.update(percent: percent, parts: [part]) { logger.info("backup \(percent)%: \(part)") }
    }

    /// Ends the bar.
    func finish() {
        let (percent, part) = Self.text(newest.withLock { $0 })
        _ = display.end(percent: percent, parts: [part])
    }

    private static func text(_ progress: BackupProgress) -> (percent: Int, part: String) {
        switch progress {
        case .copying(let done, let total):
            // The last hundredth is that of verifying.
            (total > 0 ? Int(min(Double(done) / Double(total), 1) * 99) : 0, "\(size(done)) of \(size(total))")
        case .verifying: (99, "verifying the copy")
        }
    }

    /// `12.3 MB`.
    private static func size(_ bytes: Int64) -> String {
        let tenths = (Double(bytes) / 100_000).rounded() / 10
        return "\(tenths) MB"
    }
}
