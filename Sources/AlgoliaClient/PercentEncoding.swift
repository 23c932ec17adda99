internal import UsageModel

/// Percent-encoding of one URL path segment (RFC 3986): everything but
/// unreserved characters, so that an index name with `/`, `%`, `?` or an
/// emoji stays one segment.
enum PercentEncoding {
    static func pathSegment<Kind>(_ name: VendorName<Kind>) -> String { pathSegment(name.text) }

    static func pathSegment(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        // A segment of dots alone would be taken for the folder or its parent.
        if bytes == [0x2E] || bytes == [0x2E, 0x2E] {
            return text.utf8.map { _ in "%2E" }.joined()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
