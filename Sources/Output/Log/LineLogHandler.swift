public import Logging
internal import UsageModel

/// How a line of the log is written.
public enum LogFormat: String, Sendable, CaseIterable {
    case logfmt, json
}

/// Logs a line for each event, as logfmt or JSON.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let format: LogFormat
    private let writer: LogWriter
    /// Bytes of a message or a value.
    private static let longest = 8192

    /// - Parameters:
    ///   - level: the lowest that is logged.
    ///   - writer: where the lines go.
    public init(level: Logger.Level, format: LogFormat, writer: LogWriter = .standardError) {
        logLevel = level
        self.format = format
        self.writer = writer
    }

    public subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let more = metadata.merging(event.metadata ?? [:]) { _, event in event }
        let metadata = more.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }.filter { !$0.1.isEmpty }
        writer.write(Self.line(format, event.level, "\(event.message)", metadata))
    }

    /// A line of the log with its end.
    public static func line(
        _ format: LogFormat, _ level: Logger.Level, _ message: String, _ metadata: [(String, String)] = []
    ) -> String {
        let fields =
            [("ts", RFC3339.string(SystemClock().now)), ("level", level.rawValue), ("msg", message)] + metadata
        switch format {
        case .logfmt: return fields.map { "\($0)=\(logfmt(shortened($1)))" }.joined(separator: " ") + "\n"
        case .json: return "{\(fields.map { "\(json($0)):\(json(shortened($1)))" }.joined(separator: ","))}\n"
        }
    }

    /// A foreign text may be of any length; a line is read by people.
    private static func shortened(_ text: String) -> String {
        let size = text.utf8.count
        guard size > longest else { return text }
        return "\(String(decoding: text.utf8.prefix(longest), as: UTF8.self))… (\(size) bytes)"
    }

    private static func logfmt(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { !$0.isObeyed && $0 != " " && $0 != "\"" && $0 != "=" && $0 != "\\" }
        return isPlain ? text : json(text)
    }

    private static func json(_ text: String) -> String { JSONText.quoted(text, escaping: \.isObeyed) }
}
