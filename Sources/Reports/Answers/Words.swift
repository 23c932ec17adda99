internal import Forecast
internal import Presentation
internal import UsageModel

/// Pieces of sentences.
enum Words {
    static func number(_ value: Double) -> String { Figure.compact(value) }

    static func percent(_ share: Double) -> String { Figure.percent(share) }

    static func day(_ day: Int64) -> String { CalendarText.date(day) }

    static func month(_ days: Range<Int64>) -> String { CalendarText.month(days.lowerBound) }

    /// `November`.
    static func monthName(_ days: Range<Int64>) -> String { CalendarText.fullMonthName(days.lowerBound) }

    static func days(_ number: Int) -> String { Figure.count(number, "day") }

    /// A probability: what is not certain is not called so.
    static func probability(_ probability: Double) -> String {
        switch probability {
        case ..<0.01: "under \(percent(0.01))"
        case let high where high > 0.99: "over \(percent(0.99))"
        default: percent((probability * 100).rounded() / 100)
        }
    }

    /// `1.2 M to 1.4 M`; nil where the bounds do not differ in the digits that are shown.
    static func interval(_ bounds: ForecastPoint.Bounds) -> String? {
        let lower = number(bounds.lower80)
        let upper = number(bounds.upper80)
        return lower == upper ? nil : "\(lower) to \(upper)"
    }

    /// A difference with its sign, in a unit or in none.
    static func signed(_ value: Double, _ unit: StatisticUnit = .unknown) -> String {
        // A change of a share is not a share of it.
        let text = unit == .percent ? number(value) + Figure.space + "points" : Figure.text(value, unit)
        return (value > 0 ? "+" : "") + text
    }

    /// A smaller change is none.
    static let noticeable = 0.005

    /// After "All together".
    static func movement(_ change: Double) -> String {
        switch change {
        case -noticeable...noticeable: "did not change"
        case 0...: "grew by \(percent(change))"
        default: "fell by \(percent(-change))"
        }
    }

    /// A forecast's error beside that of repeating the last week.
    static func comparison(_ mase: Double, of subject: String) -> String {
        let errors = "Forecast errors for \(subject) are"
        let beside = "those of repeating the last week"
        return switch mase {
        case ..<(1 - noticeable): "\(errors) \(percent(1 - mase)) smaller than \(beside)"
        case ...(1 + noticeable): "\(errors) as large as \(beside)"
        default: "\(errors) \(percent(mase - 1)) larger than \(beside)"
        }
    }

    static func name<Kind>(_ name: VendorName<Kind>) -> String { Self.name(name.text) }

    /// A name in a sentence: one that may turn the direction of writing keeps that to itself.
    static func name(_ name: String) -> String {
        // Everything before Hebrew is written from left to right.
        name.unicodeScalars.allSatisfy { $0.value < 0x590 } ? name : "\u{2068}\(name)\u{2069}"
    }

    /// A statistic's name for people: `99p_processing_time` is `99p processing time`.
    static func statistic(_ name: StatisticName) -> String {
        name.text.replacing("_", with: " ")
    }
}
