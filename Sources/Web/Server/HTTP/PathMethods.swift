internal import HTTPTypes

/// The methods that each path accepts, to tell a wrong method from a wrong path.
struct PathMethods: Sendable {
    private let exact: [String: [HTTPRequest.Method]]
    /// Paths with segments in braces, which stand for any that is not empty.
    private let patterns: [(segments: [Substring], methods: [HTTPRequest.Method])]

    init(_ endpoints: [Endpoint]) {
        let methods = Dictionary(grouping: endpoints, by: \.path).mapValues { $0.map(\.method) }
        exact = methods.filter { !$0.key.contains("{") }
        patterns = methods.filter { $0.key.contains("{") }.map { (Self.segments($0.key), $0.value) }
    }

    /// Nil for a path that does not exist.
    subscript(path: String) -> [HTTPRequest.Method]? {
        if let methods = exact[path] { return methods }
        let segments = Self.segments(path)
        return patterns.first { pattern in
            pattern.segments.count == segments.count
                && zip(pattern.segments, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") && !$1.isEmpty }
        }?.methods
    }

    private static func segments(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }
}
