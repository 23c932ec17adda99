internal import HTTPTypes
internal import Hummingbird

/// The offers of an `Accept` or `Accept-Encoding` header with their weights (RFC 9110, section 12.4.2).
struct WeightedOffers {
    /// By name, in lower case; 0 is a refusal.
    private var weights: [String: Double] = [:]

    init(_ header: String?) {
        for offer in (header ?? "").split(separator: ",") {
            let parts = offer.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let name = parts.first else { continue }
            weights[name] = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
    }

    /// The weight of a name; nil for one that is not offered.
    subscript(name: String) -> Double? { weights[name] }
}

/// The `Accept-Encoding` header.
enum AcceptEncoding {
    /// Whether gzip is accepted: named, or else `*`, with a weight above 0.
    static func gzip(_ request: Request) -> Bool {
        let offers = WeightedOffers(request.headers[.acceptEncoding])
        return offers["gzip"] ?? offers["*"] ?? 0 > 0
    }
}

/// The `Accept` header.
enum AcceptHeader {
    /// Whether a page is wanted rather than a document for programs: HTML is named, and JSON is not preferred to it.
    static func prefersPage(_ request: Request) -> Bool {
        let offers = WeightedOffers(request.headers[.accept])
        guard let page = offers["text/html"], page > 0 else { return false }
        return ["application/json", "application/problem+json"].allSatisfy { offers[$0] ?? 0 <= page }
    }
}
