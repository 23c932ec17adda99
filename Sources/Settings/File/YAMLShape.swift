internal import Yams

/// The limits of a document, so that neither reading it nor letting go of it takes much time, memory or stack.
///
/// An alias stands for a whole subtree, so that a few hundred bytes can mean billions of values, and a chain of
/// them is deeper than any stack.
enum YAMLShape {
    /// Levels; this configuration has six.
    static let deepest = 32
    /// Values, with those that an alias stands for counted each time.
    static let mostValues = 200_000
    /// Each of these can be as deep as libyaml allows, 1000 levels; see ``LargeStack``.
    static let mostAnchors = 32

    enum Complaint: Error {
        case deep(Mark?)
        case large
    }

    /// - Throws: ``Complaint`` when `node` is too deep or too large. Takes no longer than that.
    static func check(_ node: Node) throws(Complaint) {
        var values = 0
        try check(node, level: 1, &values)
    }

    private static func check(_ node: Node, level: Int, _ values: inout Int) throws(Complaint) {
        values += 1
        guard level <= deepest else { throw .deep(node.mark) }
        guard values <= mostValues else { throw .large }
        switch node {
        case .scalar, .alias: break
        case .sequence(let sequence): for item in sequence { try check(item, level: level + 1, &values) }
        case .mapping(let mapping):
            for (key, value) in mapping {
                try check(key, level: level + 1, &values)
                try check(value, level: level + 1, &values)
            }
        }
    }

    /// Whether `text` may have more anchors than are allowed, or an anchor and a key that is no text: Yams
    /// compares keys, and would look at everything that such a key stands for. May be wrong about texts in
    /// quotes that look like YAML.
    static func hasTooManyAliases(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let anchors = bytes.indices.count { isToken($0, UInt8(ascii: "&"), bytes) }
        guard anchors > 0 else { return false }
        guard anchors <= mostAnchors else { return true }
        return bytes.indices.contains { isComplexKey($0, bytes) }
    }

    /// Whether the character at `index` begins a token, and something follows it at once.
    private static func isToken(_ index: Int, _ character: UInt8, _ bytes: [UInt8]) -> Bool {
        guard bytes[index] == character, index + 1 < bytes.count, !isSpace(bytes[index + 1]) else { return false }
        return index == 0 || isSpace(bytes[index - 1]) || #"[{,:-?"#.utf8.contains(bytes[index - 1])
    }

    /// Whether a key ends at `index` that is a list, a mapping or an alias, or one begins with `?`.
    private static func isComplexKey(_ index: Int, _ bytes: [UInt8]) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "?"):
            let before = bytes[..<index].last
            let after = index + 1 < bytes.count ? bytes[index + 1] : 0x0A
            return isSpace(after) && (before.map { isSpace($0) || #"[{,-"#.utf8.contains($0) } ?? true)
        case UInt8(ascii: ":"):
            let rest = bytes[..<index]
            guard let last = rest.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return false }
            if bytes[last] == UInt8(ascii: "]") || bytes[last] == UInt8(ascii: "}") { return true }
            // Names of anchors are short enough to look at.
            let token = bytes[max(0, last - 127)...last].reversed().prefix { !isSpace($0) && !"[{,".utf8.contains($0) }
            return token.contains(UInt8(ascii: "*"))
        default: return false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
