public import UsageModel

/// The layers of a ``Chart``. Colours are numbers from 1 to 8 (``SeriesColor``); points and bars are ascending.
extension Chart {
    /// Values joined by straight lines.
    public struct Line: Sendable, Hashable {
        public enum Style: Sendable, Hashable { case measured, forecast }

        public struct Point: Sendable, Hashable {
            public var time: UnixTime
            /// Nil interrupts the line. A value between two of them is a dot.
            public var value: Double?

            public init(time: UnixTime, value: Double?) {
                self.time = time
                self.value = value
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

    /// A bar a period. Several layers stand side by side.
    public struct Bars: Sendable, Hashable {
        public struct Bar: Sendable, Hashable {
            public var range: TimeRange
            public var value: Double
            /// Whether it stands for a part of its period only; drawn hatched.
            public var isPartial: Bool

            public init(range: TimeRange, value: Double, isPartial: Bool = false) {
                self.range = range
                self.value = value
                self.isPartial = isPartial
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

    /// A point worth a word.
    public struct Event: Sendable, Hashable {
        public var time: UnixTime
        public var value: Double
        public var label: String

        public init(time: UnixTime, value: Double, label: String) {
            self.time = time
            self.value = value
            self.label = label
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
}

extension Chart.Line {
    /// The points of a series: a bucket that was not reported interrupts the line.
    /// - Parameter step: seconds of a bucket.
    public static func points(_ points: [UsageModel.Point], step: Int64) -> [Point] {
        var shown: [Point] = []
        shown.reserveCapacity(points.count)
        for point in points {
            if let last = shown.last, point.time - last.time > step {
                shown.append(Point(time: last.time + step, value: nil))
            }
            shown.append(Point(time: point.time, value: point.value.double))
        }
        return shown
    }
}
