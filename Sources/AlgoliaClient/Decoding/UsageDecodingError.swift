/// Why an answer of the Usage, Monitoring or Search API could not be decoded. Nothing of such an
/// answer is kept.
public struct UsageDecodingError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The document ends before it is complete.
        case truncated
        /// Not JSON (RFC 8259), or nested too deeply.
        case malformed
        /// JSON, but not the object that was asked for.
        case notAnAnswer
        /// A number that no double can hold.
        case numberRange
        /// A point's `t` is missing or is not a time.
        case time
        /// More statistics or keys than any application has.
        case tooMany(limit: Int)
        /// The body is larger than the limit, in bytes.
        case tooLarge(limit: Int)
    }

    public var reason: Reason
    /// Where in the body, in bytes from its start.
    public var offset: Int
    /// The text of the body instead, fit to be shown; `""` when it says nothing.
    public var text = ""

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension UsageDecodingError: CustomStringConvertible {
    public var description: String {
        let what =
            switch reason {
            case .truncated: "the answer ends early"
            case .malformed: "the answer is not valid JSON"
            case .notAnAnswer: "the answer is not the document that was asked for"
            case .numberRange: "the answer has a number out of range"
            case .time: "the answer has a point without a valid \"t\""
            case .tooMany(let limit): "the answer has more than \(limit) statistics or keys"
            case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
            }
        return text.isEmpty ? "\(what) (at byte \(offset))" : "\(what), but says: \(text)"
    }
}
