public import UsageModel

/// The layers of a ``Chart``. Colours are numbers from 1 to 8 (``SeriesColor``); points and bars are ascending.
extension Chart {
    /// How far a value can be relied on. Each is drawn in its own way, which colour only repeats.
    public enum Standing: Sendable, Hashable {
        case whole
        /// Covers a part of its period: the rest was not fetched or lies outside of the range.
        case partial
        /// Covers a period that is not over, so it may change.
        case running
        case forecast
    }

    /// Values joined by straight lines.
    public struct Line: Sendable, Hashable {
        public enum Style: Sendable, Hashable { case measured, forecast }

        public struct Point: Sendable, Hashable {
            public var time: UnixTime
            /// Nil interrupts the line. A value between two of them is a dot.
            public var value: Double?
            /// One that is not whole is a hollow dot beside the line: joined to it, it would seem to be a fall.
            public var standing: Standing

            public init(time: UnixTime, value: Double?, standing: Standing = .whole) {
                self.time = time
                self.value = value
                self.standing = standing
            }
        }

        public var name: String
        public var points: [Point]
        public var style: Style
        public var color: Int

        public init(name: String, points: [Point], style: Style = .measured, color: Int = 1) {
            self.name = name
            self.points = points
            self.style = style
            self.color = color
        }
    }

    /// An interval in which values are expected.
    public struct Band: Sendable, Hashable {
        /// The share of cases that lie inside.
        public enum Level: Sendable, Hashable { case eighty, ninetyFive }

        public struct Point: Sendable, Hashable {
            public var time: UnixTime
            public var lower: Double
            public var upper: Double

            public init(time: UnixTime, lower: Double, upper: Double) {
                self.time = time
                self.lower = lower
                self.upper = upper
            }
        }

        public var name: String
        public var points: [Point]
        public var level: Level
        public var color: Int

        public init(name: String, points: [Point], level: Level, color: Int = 1) {
            self.name = name
            self.points = points
            self.level = level
            self.color = color
        }
    }

    /// A bar a period. Of several layers the first lies in front.
    public struct Bars: Sendable, Hashable {
        public struct Bar: Sendable, Hashable {
            public var range: TimeRange
            public var value: Double
            /// Solid where it is whole, hatched where it is of a part of its period, an outline where it is a forecast.
            public var standing: Standing
            /// The 80% interval of a forecast.
            public var interval: ClosedRange<Double>?

            public init(
                range: TimeRange, value: Double, standing: Standing = .whole, interval: ClosedRange<Double>? = nil
            ) {
                self.range = range
                self.value = value
                self.standing = standing
                self.interval = interval
            }
        }

        public var name: String
        public var bars: [Bar]
        public var color: Int

        public init(name: String, bars: [Bar], color: Int = 1) {
            self.name = name
            self.bars = bars
            self.color = color
        }
    }

    /// A value that should not be exceeded, such as what a contract includes. One that is more than four times
    /// the largest value is named above the chart and not drawn: it would flatten everything else.
    public struct Limit: Sendable, Hashable {
        public var name: String
        public var value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// A time worth a line from top to bottom.
    public struct Boundary: Sendable, Hashable {
        public var time: UnixTime
        public var label: String

        public init(time: UnixTime, label: String = "today") {
            self.time = time
            self.label = label
        }
    }

    /// The closer look at a bucket or at a part of the time axis: an address to which times are added.
    public struct Zoom: Sendable, Hashable {
        /// A path and a query, such as `/explore?statistic=records`; neither is escaped for HTML yet.
        public var address: String
        /// The finest buckets that there are to look at.
        public var finest: Granularity

        public init(address: String, finest: Granularity) {
            self.address = address
            self.finest = finest
        }
    }
}

extension Chart.Line {
    /// The points of a series: a bucket that was not reported interrupts the line.
    /// - Parameters:
    ///   - step: seconds of a bucket.
    ///   - standing: of a point.
    public static func points(
        _ points: [UsageModel.Point], step: Int64, standing: (UsageModel.Point) -> Chart.Standing = { _ in .whole }
    ) -> [Point] {
        var shown: [Point] = []
        shown.reserveCapacity(points.count)
        for point in points {
            if let last = shown.last, point.time - last.time > step {
                shown.append(Point(time: last.time + step, value: nil))
            }
            shown.append(Point(time: point.time, value: point.value.double, standing: standing(point)))
        }
        return shown
    }
}
