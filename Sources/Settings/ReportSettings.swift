public import Foundation

/// How capacity is reported.
public struct ReportSettings: Sendable, Hashable {
    /// Whose days, weeks and months count. Algolia bills months of UTC.
    public var timeZone = TimeZone.gmt

    public init() {}

    /// What ``timeZone(_:)`` accepts, for error messages.
    public static let zones = "the name of a time zone such as UTC, Europe/Berlin or America/New_York"

    /// A zone by its name in the IANA database; nil when there is none, also for what Foundation takes beside:
    /// abbreviations, of which several zones have the same, and offsets.
    public static func timeZone(_ name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        return name.contains("/") ? TimeZone(identifier: name) : nil
    }
}
