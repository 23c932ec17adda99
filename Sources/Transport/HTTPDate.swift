#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The date of HTTP headers (RFC 9110, section 5.6.7): an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`, the only
/// form that senders may generate. Times are seconds since 1970.
package enum HTTPDate {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Returns a time of the years 0 to 9999 as a date.
    package static func string(_ time: Int64) -> String {
        var seconds = time_t(time)
        var date = tm()
        gmtime_r(&seconds, &date)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(weekdays[Int(date.tm_wday)]), \(two(date.tm_mday)) \(months[Int(date.tm_mon)]) \(date.tm_year + 1900) "
            + "\(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec)) GMT"
    }

    /// Returns the time of a date; nil for any other text and for a day that does not exist.
    package static func time(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = months.firstIndex(of: String(parts[2])), let day = Int(parts[1]), let year = Int(parts[3]),
            (1970...9999).contains(year), (1...31).contains(day),
            let midnight = midnight(year: year, month: month, day: day)
        else { return nil }
        let clock = parts[4].split(separator: ":").map { Int64($0) ?? -1 }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        return midnight + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }

    /// The beginning of a day of UTC, in seconds since 1970; nil for a date that does not exist.
    /// - Parameter month: 0 for January.
    private static func midnight(year: Int, month: Int, day: Int) -> Int64? {
        var date = tm()
        date.tm_year = Int32(year - 1900)
        date.tm_mon = Int32(month)
        date.tm_mday = Int32(day)
        let time = timegm(&date)
        return date.tm_mon == Int32(month) ? Int64(time) : nil
    }
}
