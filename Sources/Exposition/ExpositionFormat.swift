/// The two formats of `/metrics`.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text format 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics

    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format that an `Accept` header prefers; text without one.
    public static func preferred(accept: String?) -> ExpositionFormat {
        var best: (format: ExpositionFormat, quality: Double) = (.text, 0)
        for offer in (accept ?? "").split(separator: ",") {
            let parts = offer.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
            guard let type = parts.first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            let format: ExpositionFormat? =
                switch type {
                case "application/openmetrics-text":
                    // A version that is not ours is not an offer that we can take.
                    parts.lazy.filter { $0.hasPrefix("version=") }.map { $0.dropFirst(8).filter { $0 != "\"" } }
                        .allSatisfy(["1.0.0", "0.0.1"].contains) ? .openMetrics : nil
                case "text/plain", "text/*", "*/*": .text
                default: nil
                }
            if let format, quality > best.quality { best = (format, quality) }
        }
        return best.format
    }
}

extension StringProtocol {
    var trimmingSpaces: SubSequence {
        let head = drop { $0 == " " || $0 == "\t" }
        guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return head.prefix(0) }
        return head[...last]
    }
}
