import Foundation
import Logging
import UsageModel

/// Logs a line an event to standard error, as logfmt or JSON.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let format: LogFormat

    init(level: Logger.Level, format: LogFormat) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let more = metadata.merging(event.metadata ?? [:]) { _, event in event }
        let fields =
            [("ts", RFC3339.string(SystemClock().now)), ("level", event.level.rawValue), ("msg", "\(event.message)")]
            + more.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }.filter { !$0.1.isEmpty }
        let line: String
        switch format {
        case .logfmt: line = fields.map { "\($0)=\(Self.logfmt($1))" }.joined(separator: " ")
        case .json: line = "{\(fields.map { "\(Self.json($0)):\(Self.json($1))" }.joined(separator: ","))}"
        }
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }

    private static func logfmt(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
        return isPlain ? text : json(text)
    }

    private static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
