/// The date format of HTTP headers (RFC 9110, IMF-fixdate).
public enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Returns `time` as `Sun, 06 Nov 1994 08:49:37 GMT`.
    public static func string(_ time: UnixTime) -> String {
        let civil = CivilTime(time)
        let day = Granularity.daily.floor(time) / Granularity.daily.seconds
        let weekday = weekdays[Int(((day % 7) + 7) % 7)]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekday), \(two(civil.day)) \(months[civil.month - 1]) \(civil.year) "
            + "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) GMT"
    }
}
