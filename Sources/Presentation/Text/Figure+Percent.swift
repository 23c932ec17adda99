private import Foundation

extension Figure {
    /// A share, 1 being the whole: `83%`, `3.4%`, `0.4%`.
    ///
    /// A share is never rounded to nothing, to all, or from more than all: `<0.1%`, `99.9%`, `>100%`.
    public static func percent(_ share: Double) -> String {
        guard share.isFinite else { return missing }
        return sign(share) { suffixed(percentage($0 * 100), "%") }
    }

    /// A change as a share of what was before, to a tenth of a percent: `+12%`, `−3.4%`, `±0%`.
    public static func change(_ share: Double) -> String {
        guard share.isFinite else { return missing }
        // It is neither a part of a whole nor above one, of which less than a tenth would be told.
        return switch abs(share) {
        case ..<0.0005: "±" + percent(0)
        case ..<0.001: (share > 0 ? "+" : "") + percent(share > 0 ? 0.001 : -0.001)
        case 1..<1.0005 where share > 0: "+" + percent(1)
        default: (share > 0 ? "+" : "") + percent(share)
        }
    }

    private static func percentage(_ percent: Double) -> String {
        // Decimal shares are not exact in binary: 0.999 of 100 must stay 99.9.
        let hair = 1e-9
        return switch percent {
        case ..<hair: "0"
        case ..<(0.1 - hair): "<0.1"
        case ..<9.95: plain(percent, decimals: 1)
        case ..<99: plain(percent, decimals: 0)
        case ..<(100 - hair): plain(((percent + hair) * 10).rounded(.down) / 10, decimals: 1)
        case ...(100 + hair): "100"
        case ..<100.05: ">100"
        case ..<101: plain(percent, decimals: 1)
        case ..<1e9: plain(percent, decimals: 0)
        default: String(format: "%.2e", percent)
        }
    }
}
