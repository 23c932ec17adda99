/// The width of the buckets of a series.
///
/// The Usage API serves `hourly` and `daily`; `minutely` is what the
/// infrastructure endpoints of the Monitoring API are stored as.
public enum Granularity: String, Sendable, Hashable, CaseIterable, Codable {
    case minutely, hourly, daily

    /// Seconds in one bucket.
    public var seconds: Int64 {
        switch self {
        case .minutely: 60
        case .hourly: 3600
        case .daily: 86_400
        }
    }

    /// The start of the bucket that contains `time`.
    @inlinable
    public func floor(_ time: UnixTime) -> UnixTime {
        let remainder = time % seconds
        return remainder < 0 ? time - remainder - seconds : time - remainder
    }

    /// The first bucket boundary at or after `time`.
    @inlinable
    public func ceiling(_ time: UnixTime) -> UnixTime {
        let start = floor(time)
        return start == time ? time : start + seconds
    }
}
