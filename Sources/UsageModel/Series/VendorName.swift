/// A name that the vendor or its customer chose, equal to another only byte by byte.
///
/// Two Swift strings are equal when they look alike: `é` as one scalar and as `e` with an accent
/// after it. To the vendor, to SQLite and to Prometheus these are two names. A name therefore has a
/// separate type: equality, hash and order are those of its UTF-8 bytes, which is also the order
/// of SQLite's `BINARY` collation. It never contains NUL, which would end it wherever it is bound
/// as a C string, and is never normalized.
///
/// `Kind` keeps names of different things apart (``IndexName``, ``StatisticName``, ``ServerName``).
public struct VendorName<Kind>: Sendable {
    /// The name as the vendor spells it. Strings are compared otherwise: compare names, not texts.
    public let text: String

    /// Nil when `text` contains NUL.
    public init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        self.init(unchecked: text)
    }

    /// The same name as one of another kind.
    public init<Other>(_ name: VendorName<Other>) { text = name.text }

    private init(unchecked text: String) {
        var text = text
        // Comparing and hashing read the bytes where they are.
        text.makeContiguousUTF8()
        self.text = text
    }

    public var isEmpty: Bool { text.isEmpty }

    /// One name after the other, as in a statistic's name and its suffix.
    public static func + (first: VendorName, second: VendorName) -> VendorName {
        VendorName(unchecked: first.text + second.text)
    }

    /// Whether the bytes of `suffix` are the last of the name.
    public func hasSuffix(_ suffix: VendorName) -> Bool {
        text.utf8.count >= suffix.text.utf8.count
            && text.utf8.suffix(suffix.text.utf8.count).elementsEqual(suffix.text.utf8)
    }
}

extension VendorName: Hashable {
    public static func == (left: VendorName, right: VendorName) -> Bool {
        left.text.utf8.count == right.text.utf8.count
            && left.withBytes { left in right.withBytes { right in left.elementsEqual(right) } }
    }

    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // No byte of UTF-8: where a name ends is a part of what is hashed.
        hasher.combine(0xFF as UInt8)
    }

    @inline(__always)
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // Always available: the text is contiguous.
        text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
    }
}

extension VendorName: Comparable {
    public static func < (left: VendorName, right: VendorName) -> Bool {
        left.withBytes { left in right.withBytes { right in left.lexicographicallyPrecedes(right) } }
    }
}

extension VendorName: ExpressibleByStringLiteral {
    /// A name in the source; trailing NULs there are a programmer's mistake.
    public init(stringLiteral text: String) {
        precondition(!text.utf8.contains(0), "a name contains no NUL")
        self.init(unchecked: text)
    }
}

extension VendorName: CustomStringConvertible {
    public var description: String { text }
}

/// Codes as a plain string.
extension VendorName: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let name = VendorName(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a name contains NUL")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The kind of name that ``ApplicationID`` is.
public enum ApplicationKind {}

/// The kind of name that ``IndexName`` is.
public enum IndexKind {}

/// The kind of name that ``StatisticName`` is.
public enum StatisticNameKind {}

/// The kind of name that ``ServerName`` is.
public enum ServerKind {}

/// The id of an application: 1 to 30 ASCII letters, digits, `-` and `_`, as the settings see to it.
public typealias ApplicationID = VendorName<ApplicationKind>

/// The name of an index; `""` stands for the application as a whole.
public typealias IndexName = VendorName<IndexKind>

/// The name of a statistic, such as `total_search_requests`; `*` stands for all of them.
public typealias StatisticName = VendorName<StatisticNameKind>

/// The name of a server, or of a region, cluster or probe where those are distinguished; `""` for a plain number.
public typealias ServerName = VendorName<ServerKind>
