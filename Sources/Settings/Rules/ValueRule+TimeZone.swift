internal import Foundation

extension ValueRule<TimeZone> {
    /// A zone by its name.
    static var timeZone: Self {
        ValueRule(expected: ReportSettings.zones) { text throws(Complaint) in
            guard let zone = ReportSettings.timeZone(text) else {
                throw Complaint(
                    found: "\(ShownText.quoted(text)) is not a time zone", expected: ReportSettings.zones)
            }
            return zone
        }
    }
}
