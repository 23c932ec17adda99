/// The `Accept` header of a request, by RFC 9110, section 12.5.1.
struct AcceptHeader {
    /// By media type, in lower case; 0 is a refusal.
    private var qualities: [String: Double] = [:]

    init(_ header: String?) {
        for offer in (header ?? "").split(separator: ",") {
            let parts = offer.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let type = parts.first else { continue }
            qualities[type] = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
    }

    /// Whether a page is wanted rather than a document for programs: HTML is named, and JSON is not preferred to it.
    var prefersPage: Bool {
        guard let page = qualities["text/html"], page > 0 else { return false }
        return ["application/json", "application/problem+json"].allSatisfy { qualities[$0] ?? 0 <= page }
    }
}
