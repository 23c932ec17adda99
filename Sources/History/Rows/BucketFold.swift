internal import UsageModel

/// Combines ascending points into wider buckets.
///
/// Buckets are aligned to the epoch, so that steps of a day begin at UTC midnight, unless an origin is given.
struct BucketFold {
    let step: Int64
    let aggregate: Aggregate
    /// No point may be before it.
    let origin: UnixTime
    private(set) var points: [Point] = []
    private var bucket = UnixTime.min
    private var value = PointValue.integer(0)
    private var count: Int64 = 0

    init(step: Int64, aggregate: Aggregate, origin: UnixTime = 0) {
        self.step = step
        self.aggregate = aggregate
        self.origin = origin
    }

    @inline(__always)
    mutating func add(_ point: Point) {
        let start = point.time - (point.time - origin) % step
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
