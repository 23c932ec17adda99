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
    private var bucket = UnixTime.min
    /// The month that was looked up last.
    private var month = TimeRange(0, 0)
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
        let start = isMonthly ? monthStart(point.time) : point.time - (point.time - origin) % step
        if start != bucket {
            finish()
            bucket = start
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

    private mutating func monthStart(_ time: UnixTime) -> UnixTime {
        if !month.contains(time) { month = CivilTime.month(containing: time) }
        return month.start
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
        points.append(Point(time: bucket, value: result))
        count = 0
    }
}
