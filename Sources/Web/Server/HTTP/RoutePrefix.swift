internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// The prefix of every path (`--web.route-prefix`), which the router behind it does not know.
struct RoutePrefix: Sendable {
    private let segments: [Substring]
    private let path: String

    init(_ path: String) {
        self.path = path
        segments = path.split(separator: "/")
    }

    /// A request's target below the prefix; nil for one that is outside of it. What follows the prefix stays as it was
    /// sent.
    func removed(from target: String) -> String? {
        guard !segments.isEmpty else { return target }
        var rest = target.utf8[...]
        for segment in segments {
            let slashes = rest.prefix { $0 == UInt8(ascii: "/") }
            guard !slashes.isEmpty else { return nil }
            rest = rest.dropFirst(slashes.count)
            let own = rest.prefix { ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
            guard RequestTarget.unreserved(own) == String(segment) else { return nil }
            rest = rest.dropFirst(own.count)
        }
        let below = String(Substring(rest))
        return below.hasPrefix("/") ? below : "/" + below
    }

    /// The answer to a request outside of the prefix: a browser at the root is sent to the first page.
    /// - Throws: ``Problem`` 404.
    func elsewhere(_ method: HTTPRequest.Method, _ target: String) throws -> Response {
        let asked = target.prefix { $0 != "?" && $0 != "#" }
        if method == .get || method == .head, asked.allSatisfy({ $0 == "/" }) {
            return Response(status: .found, headers: [.location: path + "/"])
        }
        throw Problem(
            status: .notFound, detail: "there is nothing at \(asked); the paths of this server begin with \(path)/",
            accepted: path + "/")
    }
}
