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
        } else if let date = HTTPDate.time(String(text)) {
            wait = Double(date) - now
        } else {
            return nil
        }
        return min(max(wait, 0), longest)
    }
}
