public import UsageModel

/// Pieces of sentences.
public enum Phrase {
    /// `a`, `a and b`, `a, b and c`; empty without items.
    public static func list(_ items: [String], conjunction: String = "and") -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }

    /// `November 2026`, of a month's days; a billing period that begins on another day than the first is
    /// `the period to 14 December 2026`.
    public static func month(_ days: Range<Int64>) -> String {
        CalendarText.isFirstOfMonth(days.lowerBound)
            ? CalendarText.month(days.lowerBound)
            : "the period to \(lastDay(days)) \(CalendarText.year(days.upperBound - 1))"
    }

    /// The same without the year: `November`, `the period to 14 December`.
    public static func monthName(_ days: Range<Int64>) -> String {
        CalendarText.isFirstOfMonth(days.lowerBound)
            ? CalendarText.fullMonthName(days.lowerBound) : "the period to \(lastDay(days))"
    }

    /// The same for a cell of a table: `November 2026`, `15 Nov to 14 Dec 2026`.
    public static func monthCell(_ days: Range<Int64>) -> String {
        CalendarText.isFirstOfMonth(days.lowerBound)
            ? CalendarText.month(days.lowerBound)
            : "\(CalendarText.dayMonth(days.lowerBound)) to \(CalendarText.date(days.upperBound - 1))"
    }

    /// `The November peak`, `The peak of the period to 14 December`.
    public static func peak(_ days: Range<Int64>) -> String {
        let name = monthName(days)
        return CalendarText.isFirstOfMonth(days.lowerBound) ? "The \(name) peak" : "The peak of \(name)"
    }

    private static func lastDay(_ days: Range<Int64>) -> String {
        let last = days.upperBound - 1
        return "\(CalendarText.dayOfMonth(last)) \(CalendarText.fullMonthName(last))"
    }

    /// A phrase at the beginning of a sentence.
    public static func capitalized(_ phrase: String) -> String { phrase.prefix(1).uppercased() + phrase.dropFirst() }

    /// A probability, rounded; what is not certain is not called so.
    public static func probability(_ probability: Double) -> String {
        switch probability {
        case ..<0.01: "under \(Figure.percent(0.01))"
        case let high where high > 0.99: "over \(Figure.percent(0.99))"
        default: Figure.percent((probability * 100).rounded() / 100)
        }
    }

    /// A difference with its sign, in a unit or in none.
    public static func signed(_ value: Double, _ unit: StatisticUnit = .unknown) -> String {
        // A change of a share is not a share of it.
        let text = unit == .percent ? Figure.compact(value) + Figure.space + "points" : Figure.text(value, unit)
        return (value > 0 ? "+" : "") + text
    }

    /// A smaller change is none.
    public static let noticeable = 0.005

    /// A change for a cell of a table: `+3.2%`; a dash where there is nothing to compare with.
    public static func change(_ value: Double?, from before: Double?) -> String {
        guard let value, let before, before > 0 else { return Figure.missing }
        return Figure.change(value / before - 1)
    }

    /// A change in words, for a sentence such as "All indices together grew by 3%".
    public static func movement(_ change: Double) -> String {
        switch change {
        case -noticeable...noticeable: "did not change"
        case 0...: "grew by \(Figure.percent(change))"
        default: "fell by \(Figure.percent(-change))"
        }
    }

    /// A vendor's name in a sentence.
    public static func name<Kind>(_ name: VendorName<Kind>) -> String { Self.name(name.text) }

    /// A name in a sentence: one that may turn the direction of writing keeps that to itself.
    public static func name(_ name: String) -> String {
        // Everything before Hebrew is written from left to right.
        name.unicodeScalars.allSatisfy { $0.value < 0x590 } ? name : "\u{2068}\(name)\u{2069}"
    }

    /// A statistic's title within a sentence: `billed searches`, `ACL operations`.
    public static func statistic(_ name: StatisticName) -> String {
        let title = StatisticCatalogue.describe(name).title
        let isAcronym = title.dropFirst().first?.isUppercase ?? false
        return isAcronym ? title : title.prefix(1).lowercased() + title.dropFirst()
    }
}
