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

    /// The start of the bucket that contains `time`; the first one that a time can name where that is none.
    @inlinable
    public func floor(_ time: UnixTime) -> UnixTime {
        let remainder = time % seconds
        guard remainder < 0 else { return time - remainder }
        let (start, isTooEarly) = (time - remainder).subtractingReportingOverflow(seconds)
        return isTooEarly ? time - remainder : start
    }

    /// The first bucket boundary at or after `time`; the last one that a time can name where there is none.
    @inlinable
    public func ceiling(_ time: UnixTime) -> UnixTime {
        let start = floor(time)
        guard start < time else { return start }
        let (end, isTooLate) = start.addingReportingOverflow(seconds)
        return isTooLate ? start : end
    }
}
