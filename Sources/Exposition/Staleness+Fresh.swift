internal import UsageModel

extension MetricsOptions.Staleness {
    private func seconds(_ granularity: Granularity) -> Int64 {
        switch granularity {
        case .minutely: minutely
        case .hourly: hourly
        case .daily: daily
        }
    }

    /// The value of a bucket, unless it ended too long ago.
    func fresh(_ point: Point?, _ granularity: Granularity, now: UnixTime) -> PointValue? {
        guard let point, now < staleAt(end: point.time + granularity.seconds, granularity) else { return nil }
        return point.value
    }

    /// The first second at which a bucket that ended at `end` is too old.
    func staleAt(end: UnixTime, _ granularity: Granularity) -> UnixTime { end + seconds(granularity) + 1 }
}
