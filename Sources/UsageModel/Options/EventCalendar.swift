/// Named days that are unlike others, such as a sale or a relaunch.
///
/// Past events shape neither the level nor the weekdays of a forecast. A future event is expected with the effect that
/// past days of the same name had; a name without a past changes nothing.
public struct EventCalendar: Sendable, Hashable {
    /// Names by days since 1970-01-01.
    public private(set) var names: [Int64: String] = [:]

    public init() {}

    /// Adds an event. A day has one name, the first that it got.
    /// - Parameter days: days since 1970-01-01.
    public mutating func add(_ name: String, _ days: ClosedRange<Int64>) {
        for day in days where names[day] == nil { names[day] = name }
    }

    /// The name of the event on `day`, in days since 1970-01-01; nil on any other day.
    public subscript(day: Int64) -> String? { names[day] }
}
