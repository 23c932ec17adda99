/// Why an answer of the Usage or Monitoring API could not be decoded. Nothing of such an
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
        /// A point's `v` is missing or is neither a number, a map of numbers nor null.
        case value
        /// The body is larger than the limit, in bytes.
        case tooLarge(limit: Int)
    }

    public var reason: Reason
    /// Where in the body, in bytes from its start.
    public var offset: Int

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
            case .notAnAnswer: "the answer is not an object of statistics"
            case .numberRange: "the answer has a number out of range"
            case .time: "the answer has a point without a valid \"t\""
            case .value: "the answer has a point without a valid \"v\""
            case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
            }
        return "\(what) (at byte \(offset))"
    }
}
