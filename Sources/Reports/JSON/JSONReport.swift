internal import Capacity
internal import Presentation
internal import UsageModel

/// A capacity report as JSON: `{"applications":[…]}`, keys in snake case and sorted, days as `2026-11-21`.
enum JSONReport {
    /// - Throws: never for what reports hold; the encoder might.
    static func bytes(_ reports: [CapacityReport]) throws -> [UInt8] {
        try JSONDocument.bytes(["applications": reports.map(CapacityDocument.init)])
    }
}

/// A number that JSON can write: four decimals, none from a million on, and `null` without or beyond it.
struct JSONNumber: Encodable {
    var value: Double?

    init(_ value: Double?) {
        self.value = value.flatMap { $0.isFinite ? Self.rounded($0) : nil }
    }

    static func rounded(_ value: Double) -> Double {
        abs(value) < 1e6 ? (value * 1e4).rounded() / 1e4 : value.rounded()
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        // An integer is written with all its digits, a real may be written with an exponent.
        if let value, let integer = Int64(exactly: value) {
            try container.encode(integer)
        } else {
            try container.encode(value)
        }
    }
}

/// A day since 1970-01-01 as `2026-11-21`, or `null`.
struct JSONDay: Encodable {
    var day: Int64?

    init(_ day: Int64?) { self.day = day }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(day.map(CalendarText.iso))
    }
}

/// Both days included.
struct JSONSpan: Encodable {
    var firstDay: JSONDay
    var lastDay: JSONDay

    init(_ days: Range<Int64>) {
        firstDay = JSONDay(days.isEmpty ? nil : days.lowerBound)
        lastDay = JSONDay(days.isEmpty ? nil : days.upperBound - 1)
    }
}
