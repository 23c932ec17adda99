/// Percent-encoding (RFC 3986).
public enum PercentEncoding {
    /// One name or value of a query: everything but unreserved characters is encoded.
    public static func component(_ text: String) -> String { encode(text, keeping: isUnreserved) }

    /// One segment of a path, so that a name with `/`, `%`, `?` or an emoji stays one segment.
    public static func pathSegment(_ text: String) -> String {
        // A segment of dots alone would mean the folder or its parent.
        text == "." || text == ".." ? text.utf8.map { _ in "%2E" }.joined() : component(text)
    }

    public static func pathSegment<Kind>(_ name: VendorName<Kind>) -> String { pathSegment(name.text) }

    /// A path, whose slashes stay.
    public static func path(_ path: String) -> String {
        encode(path) { $0 == UInt8(ascii: "/") || isUnreserved($0) }
    }

    /// A query of these parameters, in their order.
    public static func query(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\($0.name)=\(component($0.value))" }.joined(separator: "&")
    }

    private static func encode(_ text: String, keeping isKept: (UInt8) -> Bool) -> String {
        if text.utf8.allSatisfy(isKept) { return text }
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a byte means the same encoded or not: letters, digits and `-._~`.
    public static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// The bytes that `text` stands for; nil for a `%` without two hexadecimal digits.
    /// - Parameter plusIsSpace: whether it is a value of an HTML form.
    public static func decodedBytes(_ text: Substring, plusIsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    /// The text that `text` stands for; what is not UTF-8 becomes U+FFFD.
    public static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        decodedBytes(text, plusIsSpace: plusIsSpace).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The text that `text` stands for; nil also when it is not UTF-8.
    public static func validated(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        decodedBytes(text, plusIsSpace: plusIsSpace).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
