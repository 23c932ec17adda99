/// RFC 3339 timestamps: the Usage API's `startDate` and `endDate`, and every
/// time that the exporter prints for people.
public enum RFC3339 {
    /// `2026-07-15T00:00:00Z`.
    public static func string(_ time: UnixTime) -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            write(time, to: buffer.baseAddress!)
        }
    }

    /// Writes the 20 bytes of `2026-07-15T00:00:00Z` (years 0 to 9999) and
    /// returns how many were written. The way to print many of them.
    public static func write(_ time: UnixTime, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let civil = CivilTime(time)
        func digits(_ value: Int, _ count: Int, at offset: Int) {
            var rest = value
            for position in stride(from: offset + count - 1, through: offset, by: -1) {
                out[position] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            }
        }
        digits(civil.year, 4, at: 0)
        out[4] = 0x2D
        digits(civil.month, 2, at: 5)
        out[7] = 0x2D
        digits(civil.day, 2, at: 8)
        out[10] = 0x54
        digits(civil.hour, 2, at: 11)
        out[13] = 0x3A
        digits(civil.minute, 2, at: 14)
        out[16] = 0x3A
        digits(civil.second, 2, at: 17)
        out[19] = 0x5A
        return 20
    }

    /// `text` as it was before a query made a space of the `+` of its offset: `2026-07-15T00:00:00 02:00`.
    public static func withPlus(_ text: String) -> String {
        var bytes = Array(text.utf8)
        // After the time of day, which ends at 19 at the earliest: the space before it may separate it from the date.
        guard bytes.count >= 25, bytes[bytes.count - 6] == 0x20 else { return text }
        bytes[bytes.count - 6] = UInt8(ascii: "+")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Parses `2026-07-15T00:00:00Z`, with an optional fraction and with `Z` or a
    /// `±hh:mm` offset. Nil for anything else, so also for a plain date.
    ///
    /// - Parameter roundsUp: whether a fraction counts as the next whole second and not as
    ///   this one. The bounds of a range do: what begins at or after 03:00:00.5 begins at or after 03:00:01.
    public static func parse(_ text: some StringProtocol, roundsUp: Bool = false) -> UnixTime? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        func isByte(_ byte: Character, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == byte.asciiValue
        }
        guard let year = number(0..<4), isByte("-", at: 4), let month = number(5..<7), isByte("-", at: 7),
            let day = number(8..<10), isByte("T", at: 10) || isByte("t", at: 10) || isByte(" ", at: 10),
            let hour = number(11..<13), isByte(":", at: 13), let minute = number(14..<16), isByte(":", at: 16),
            let second = number(17..<19), hour < 24, minute < 60, second < 60,
            let days = CivilTime.daysSinceEpoch(year: year, month: month, day: day)
        else { return nil }
        var index = 19
        var carry: Int64 = 0
        if isByte(".", at: index) {
            index += 1
            let firstDigit = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                if roundsUp, bytes[index] != 0x30 { carry = 1 }
                index += 1
            }
            guard index > firstDigit else { return nil }
        }
        let local = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) + carry
        if isByte("Z", at: index) || isByte("z", at: index) {
            return index + 1 == bytes.count ? local : nil
        }
        guard isByte("+", at: index) || isByte("-", at: index), index + 6 == bytes.count,
            let offsetHours = number(index + 1..<index + 3), isByte(":", at: index + 3),
            let offsetMinutes = number(index + 4..<index + 6), offsetHours < 24, offsetMinutes < 60
        else { return nil }
        let offset = Int64(offsetHours * 3600 + offsetMinutes * 60)
        return isByte("+", at: index) ? local - offset : local + offset
    }
}
