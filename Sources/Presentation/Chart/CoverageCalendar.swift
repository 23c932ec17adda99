/// The days that a history has: a square for each day, a small drawing for each month, weeks from left to right.
///
/// States differ in shape and not only in colour: full, part full, crossed out, framed with a dot or a bar, dot.
public struct CoverageCalendar: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case complete
        /// The share of the day that is there, 0 to 1.
        case partial(Double)
        case missing
        /// Not requested, or outside the possible range.
        case unwanted
        /// Missing, but on its way.
        case fetching
        /// Missing and wanted, but something keeps it from being fetched.
        case blocked
    }

    /// Days since 1970-01-01.
    public var firstDay: Int64
    /// Day after day from ``firstDay``.
    public var days: [State]

    /// More would make a large page.
    private static let mostTitles = 300

    public init(firstDay: Int64, days: [State]) {
        self.firstDay = firstDay
        self.days = days
    }

    /// A list with a drawing for every month, oldest first, which flows like words.
    ///
    /// Days that are missing or there in part tell their date, unless there are too many of them.
    public var html: String {
        guard !days.isEmpty else { return "<p class=\"note\">No days.</p>" }
        let isDetailed = days.count { [.missing, .partial].contains($0.kind) } <= Self.mostTitles
        return "<ol class=\"calendar\">\(months.map { "<li>\($0.svg(isDetailed: isDetailed))</li>" }.joined())</ol>"
    }

    /// The legend of the squares; only states that occur.
    public var legend: String {
        let items = Kind.allCases.filter { kind in days.contains { $0.kind == kind } }.map { kind in
            """
            <li><svg class="swatch" width="14" height="14" aria-hidden="true">\
            \(kind.drawing([CoverageMonth.Cell(x: 1, y: 1, share: 0.5)]))</svg>\(kind.meaning)</li>
            """
        }
        return items.isEmpty ? "" : "<ul class=\"legend\">\(items.joined())</ul>"
    }

    private var months: [CoverageMonth] {
        var months: [CoverageMonth] = []
        for (offset, state) in days.enumerated() {
            let day = firstDay + Int64(offset)
            if months.last?.contains(day) != true { months.append(CoverageMonth(of: day)) }
            months[months.count - 1].states.append((day, state))
        }
        return months
    }
}

extension CoverageCalendar {
    /// A state without its share.
    enum Kind: CaseIterable {
        case complete, partial, missing, fetching, blocked, unwanted

        var meaning: String {
            switch self {
            case .complete: "complete"
            case .partial: "partial"
            case .missing: "missing"
            case .fetching: "being fetched"
            case .blocked: "blocked"
            case .unwanted: "not requested"
            }
        }
    }
}

extension CoverageCalendar.State {
    /// A share of nothing is missing, and one of everything is complete.
    var kind: CoverageCalendar.Kind {
        switch self {
        case .complete: .complete
        case .partial(let share): share >= 1 ? .complete : share > 0 ? .partial : .missing
        case .missing: .missing
        case .unwanted: .unwanted
        case .fetching: .fetching
        case .blocked: .blocked
        }
    }

    var share: Double {
        if case .partial(let share) = self { return share }
        return 0
    }
}
