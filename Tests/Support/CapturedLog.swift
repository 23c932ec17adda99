public import Logging
private import Synchronization

/// Keeps everything that is logged, down to the least severe.
public final class CapturedLog: Sendable {
    private let captured = Mutex<[String]>([])

    public init() {}

    /// Each message with its level and metadata.
    public var lines: [String] { captured.withLock { $0 } }

    public var logger: Logger {
        Logger(label: "captured") { [self] _ in Handler(log: self) }
    }

    private func append(_ line: String) { captured.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            log.append("\(event.level) \(event.message) \(all)")
        }
    }
}
