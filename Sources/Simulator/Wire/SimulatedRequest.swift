internal import UsageModel

/// A request without a socket.
public struct SimulatedRequest: Sendable {
    /// `GET`, or what will be refused.
    public var method: String
    /// Raw: still percent-encoded.
    public var path: String
    /// Raw, without the question mark; empty when there is none.
    public var query: String
    /// In any case and order.
    public var headers: [(name: String, value: String)]

    /// - Parameter target: path and query as in an HTTP request line.
    public init(method: String = "GET", target: String, headers: [(String, String)]) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? String(parts[1]) : ""
        self.headers = headers.map { (name: $0.0, value: $0.1) }
    }

    /// Path and query as in an HTTP request line.
    var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// `X-Algolia-Application-Id`; `""` without one.
    var application: ApplicationID { header("X-Algolia-Application-Id").flatMap { ApplicationID($0) } ?? "" }

    /// Whether the client takes gzip (RFC 9110: a zero weight refuses it).
    var acceptsGzip: Bool {
        (header("Accept-Encoding") ?? "").split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }

    /// The query's parameters, decoded as a form: `+` is a space there.
    var parameters: [String: String] {
        Dictionary(allParameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The values of every parameter of that name, in their order.
    func values(of name: String) -> [String] { allParameters.filter { $0.name == name }.map(\.value) }

    private var allParameters: [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].replacing("+", with: " ") : ""
            guard let name = PercentEncoding.decode(parts[0]), let value = PercentEncoding.decode(value) else {
                continue
            }
            parameters.append((name, value))
        }
        return parameters
    }
}
