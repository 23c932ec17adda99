internal import HTTPTypes
internal import UsageModel

/// The target of a request: paths that mean the same (RFC 3986, section 6.2.2) are made the same once, before anything
/// compares them, so that no rule holds for one spelling only.
enum RequestTarget {
    /// A path and its query, with what needs no percent-encoding decoded, and without empty segments. Below
    /// ``UsageProxy/root`` a segment is a name and stays as it is.
    /// - Throws: ``Problem`` 400 for a `%` without two hexadecimal digits.
    static func normalized(_ target: String) throws -> String {
        if isPlain(target) { return target }
        let target = target.utf8.prefix { $0 != UInt8(ascii: "#") }
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        let query = String(Substring(target.dropFirst(path.count)))
        if path.elementsEqual("*".utf8) { return "*" }
        if path.starts(with: UsageProxy.root.utf8) { return String(Substring(path)) + query }
        var segments: [String] = []
        for segment in path.split(separator: UInt8(ascii: "/")) {
            guard let decoded = unreserved(segment) else {
                throw Problem(status: .badRequest, detail: "the path has a % not followed by two hexadecimal digits")
            }
            segments.append(decoded)
        }
        return "/" + segments.joined(separator: "/") + query
    }

    /// Whether it is a path without a query that is normal as it is, as nearly all are.
    private static func isPlain(_ target: String) -> Bool {
        guard target.utf8.first == UInt8(ascii: "/") else { return false }
        var isAfterSlash = false
        for byte in target.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "#"), UInt8(ascii: "?"): return false
            case UInt8(ascii: "/") where isAfterSlash: return false
            default: isAfterSlash = byte == UInt8(ascii: "/")
            }
        }
        return !isAfterSlash || target == "/"
    }

    /// `segment` with encoded letters, digits and `-._~` as they are; nil for what is not encoded properly.
    static func unreserved(_ segment: Substring.UTF8View) -> String? {
        guard segment.contains(UInt8(ascii: "%")) else { return String(Substring(segment)) }
        var result: [UInt8] = []
        var rest = segment
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            let code = rest.prefix(2)
            rest = rest.dropFirst(2)
            guard let decoded = PercentEncoding.decodedBytes("%" + Substring(code))?.first else { return nil }
            if PercentEncoding.isUnreserved(decoded) { result.append(decoded) } else { result += [byte] + code }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
