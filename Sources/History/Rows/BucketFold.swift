internal import UsageModel

/// Combines ascending points into wider buckets.
///
/// Buckets are aligned to the epoch, so that steps of a day begin at UTC midnight, unless an origin is given or they are
/// calendar months.
struct BucketFold {
    let step: Int64
    let aggregate: Aggregate
    /// No point may be before it.
    let origin: UnixTime
    /// Whether buckets are calendar months of UTC, whatever the step is.
    let isMonthly: Bool
    private(set) var points: [Point] = []
    /// The bucket that is open. Points ascend, so one that is not after its end belongs to it: no division.
    private var bucket = TimeRange(.min, .min)
    private var value = PointValue.integer(0)
    private var count: Int64 = 0

    init(step: Int64, aggregate: Aggregate, origin: UnixTime = 0, isMonthly: Bool = false) {
        self.step = step
        self.aggregate = aggregate
        self.origin = origin
        self.isMonthly = isMonthly
    }

    @inline(__always)
    mutating func add(_ point: Point) {
        guard point.time < bucket.end else {
            finish()
            bucket = self.bucket(of: point.time)
            value = point.value
            count = 1
            return
        }
        count += 1
        switch aggregate {
        case .sum, .avg: value = value.adding(point.value)
        case .min: value = Swift.min(value, point.value)
        case .max: value = Swift.max(value, point.value)
        case .last: value = point.value
        case .count: break
        }
    }

    private func bucket(of time: UnixTime) -> TimeRange {
        if isMonthly { return CivilTime.month(containing: time) }
        let start = time - (time - origin) % step
        let (end, isBeyondTime) = start.addingReportingOverflow(step)
        return TimeRange(start, isBeyondTime ? .max : end)
    }

    /// Hands over the buckets that are finished.
    mutating func take() -> [Point] {
        defer { points = [] }
        return points
    }

    /// Ends the bucket that is open, if any.
    mutating func finish() {
        guard count > 0 else { return }
        let result: PointValue =
            switch aggregate {
            case .avg: count == 1 ? value : PointValue(value.double / Double(count))
            case .count: .integer(count)
            default: value
            }
        points.append(Point(time: bucket.start, value: result))
        count = 0
    }
}
