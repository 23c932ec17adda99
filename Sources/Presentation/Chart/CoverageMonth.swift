internal import UsageModel

/// A month of a ``CoverageCalendar``: a column a week, a row a weekday, Monday on top.
struct CoverageMonth {
    /// The position of a day's square, in pixels.
    struct Cell {
        var day: Int64 = 0
        var x: Int
        var y: Int
        /// The share of a day that is there in part.
        var share: Double
    }

    /// Ascending; all of this month.
    var states: [(day: Int64, state: CoverageCalendar.State)] = []
    private let firstDay: Int64
    private let length: Int

    /// A square and the gap to the next.
    private static let pitch = 14
    private static let labelHeight = 20
    /// Enough for six weeks and for the label.
    private static let width = 6 * pitch
    static let side = 11

    init(of day: Int64) {
        let civil = CivilTime(day * Granularity.daily.seconds)
        firstDay = day - Int64(civil.day - 1)
        length = CivilTime.daysInMonth(civil.month, of: civil.year)
    }

    func contains(_ day: Int64) -> Bool { day >= firstDay && day < firstDay + Int64(length) }

    /// - Parameter isDetailed: whether days that are not whole have a title.
    func svg(isDetailed: Bool) -> String {
        let height = Self.labelHeight + 7 * Self.pitch
        let squares = CoverageCalendar.Kind.allCases.map { kind in
            let cells = states.filter { $0.state.kind == kind }.map { cell($0.day, $0.state) }
            guard isDetailed, kind == .missing || kind == .partial else {
                return cells.isEmpty ? "" : kind.drawing(cells)
            }
            return cells.map { cell in
                let share = kind == .partial ? " (\(Figure.percent(cell.share)))" : ""
                let title = "\(CalendarText.date(cell.day)): \(kind.meaning)\(share)"
                return "<g><title>\(HTMLText.escape(title))</title>\(kind.drawing([cell]))</g>"
            }.joined()
        }
        return """
            <svg width="\(Self.width)" height="\(height)" role="img" \
            aria-label="\(summary)"><text x="0" y="12" aria-hidden="true">\(CalendarText.shortMonth(firstDay))</text>\
            \(squares.joined())</svg>
            """
    }

    /// `June 2026: 28 days complete, 1 partial, 1 missing`.
    var summary: String {
        let counts = CoverageCalendar.Kind.allCases.map { kind in
            (kind, states.count { $0.state.kind == kind })
        }.filter { $0.1 > 0 }
        let texts = counts.enumerated().map { index, count in
            let days = index > 0 ? "" : count.1 == 1 ? " day" : " days"
            return "\(count.1)\(days) \(count.0.meaning)"
        }
        return "\(CalendarText.month(firstDay)): \(texts.joined(separator: ", "))"
    }

    private func cell(_ day: Int64, _ state: CoverageCalendar.State) -> Cell {
        // 1970-01-01 was a Thursday.
        let firstWeekday = ((firstDay + 3) % 7 + 7) % 7
        let place = Int(day - firstDay + firstWeekday)
        return Cell(
            day: day, x: place / 7 * Self.pitch + 1, y: Self.labelHeight + place % 7 * Self.pitch + 1,
            share: state.share)
    }
}

extension CoverageCalendar.Kind {
    /// The squares of one state as few shapes, because years of days must stay a small page.
    func drawing(_ cells: [CoverageMonth.Cell]) -> String {
        let side = CoverageMonth.side
        func path(_ name: String, _ shape: (CoverageMonth.Cell) -> String) -> String {
            "<path class=\"\(name)\" d=\"\(cells.map(shape).joined())\"/>"
        }
        /// Framed squares are smaller by the width of their frame.
        func frame(_ cell: CoverageMonth.Cell) -> String {
            "M\(cell.x).5 \(cell.y).5h\(side - 1)v\(side - 1)h-\(side - 1)z"
        }
        switch self {
        case .complete: return path("day-full") { "M\($0.x) \($0.y)h\(side)v\(side)h-\(side)z" }
        case .partial:
            return path("day-part") { cell in
                let height = min(max(Int((cell.share * Double(side)).rounded()), 2), side - 3)
                return "M\(cell.x) \(cell.y + side - height)h\(side)v\(height)h-\(side)z"
            } + path("day-frame", frame)
        case .missing:
            return path("day-missing") { frame($0) + "M\($0.x + 2) \($0.y + side - 2)l\(side - 4)-\(side - 4)" }
        case .fetching:
            return path("day-frame", frame) + path("day-full") { "M\($0.x + 4) \($0.y + 4)h3v3h-3z" }
        case .blocked:
            return path("day-missing") { frame($0) + "M\($0.x + 2) \($0.y + side / 2).5h\(side - 4)" }
        case .unwanted: return path("day-dot") { "M\($0.x + 4) \($0.y + 4)h3v3h-3z" }
        }
    }
}
