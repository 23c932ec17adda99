#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The `Retry-After` header (RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// The longest pause to obey, in seconds: a vendor's mistake must not stop collection for days.
    static let longest = 3600.0

    /// Seconds to wait from `now`: delta seconds or an HTTP date, in 0 ... ``longest``.
    /// Nil when `header` is neither.
    package static func seconds(_ header: String, now: Double) -> Double? {
        let text = header.drop { $0 == " " }
        let wait: Double
        if let delta = Int64(text) {
            wait = Double(delta)
        } else if let date = httpDate(String(text)) {
            wait = Double(date) - now
        } else {
            return nil
        }
        return min(max(wait, 0), longest)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// An IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that senders may generate.
    /// - Returns: seconds since 1970.
    static func httpDate(_ text: String) -> Int64? {
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
