/// Spellings of one and the same number; JSON allows them all.
enum NumberStyle: Sendable, CaseIterable {
    /// `42`, `4.2`.
    case plain
    /// `42.0`, `4.20`.
    case point
    /// `420e-1`, `42E-1`.
    case exponent

    func write(_ number: Double, to bytes: inout [UInt8]) {
        let isIntegral = number.rounded(.towardZero) == number
        switch self {
        case .plain:
            bytes.write(number: number)
        case .point:
            bytes.write(number: number)
            bytes.write(isIntegral ? ".0" : "0")
        case .exponent:
            let tenths = (number * 10).rounded()
            // Only a number that one decimal writes exactly may move its point.
            guard tenths / 10 == number, abs(tenths) < 0x1p53 else { return bytes.write(number: number) }
            bytes.write(number: tenths)
            bytes.write(isIntegral ? "e-1" : "E-1")
        }
    }
}
