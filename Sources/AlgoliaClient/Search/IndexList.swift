public import UsageModel

/// An application's indices, as the Search API lists them. A key that is restricted to some indices lists those alone.
public struct IndexList: Sendable, Hashable {
    /// Their names are different from each other, none is empty, none has a NUL.
    public var indices: [ListedIndex] = []
    /// Items without a name that an index can have; they are left out.
    public var unusable = 0
    /// Whether the vendor had more pages than are asked for.
    public var isCut = false

    public init() {}

    public var names: [IndexName] { indices.map(\.name) }
    /// Whether an index that is missing does not exist, as far as the key may know.
    public var isWhole: Bool { !isCut && unusable == 0 }
}

/// One page of the list: `{"items":[{"name":"products", …}],"nbPages":1}`.
struct IndexPage {
    /// Bytes of a name; the vendor allows 256.
    private static let longestName = 1024
    /// Replicas of one index that are kept; the vendor allows 20.
    private static let mostReplicas = 1000

    var indices: [ListedIndex] = []
    var unusable = 0
    /// How many pages there are, as the vendor says; 1 when it does not say.
    var pages = 1

    /// - Throws: ``UsageDecodingError`` when the document has no list of items, or none of its items has a name: it
    ///   then says nothing about which indices there are.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> IndexPage {
        var page = IndexPage()
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            var hasItems = false
            try reader.members { reader, attribute throws(UsageDecodingError) in
                switch attribute {
                case "items":
                    let start = reader.place
                    hasItems = true
                    guard try reader.isArray() else { throw UsageDecodingError(.notAnAnswer, at: start) }
                    try reader.elements { reader throws(UsageDecodingError) in
                        let index = try Self.index(&reader)
                        if let index { page.indices.append(index) } else { page.unusable += 1 }
                    }
                case "nbPages":
                    let start = reader.place
                    guard let pages = try reader.count() else { throw UsageDecodingError(.notAnAnswer, at: start) }
                    page.pages = pages
                default: try reader.skip()
                }
            }
            guard hasItems, !page.indices.isEmpty || page.unusable == 0 else {
                throw UsageDecodingError(.notAnAnswer, at: 0)
            }
        }
        return page
    }

    /// One item; nil when it has no name that an index can have.
    private static func index(_ reader: inout MonitoringReader) throws(UsageDecodingError) -> ListedIndex? {
        var index = ListedIndex("")
        try reader.members { reader, attribute throws(UsageDecodingError) in
            switch attribute {
            case "name": index.name = try name(&reader) ?? ""
            case "primary": index.primary = try name(&reader)
            case "replicas":
                try reader.elements { reader throws(UsageDecodingError) in
                    let replica = try name(&reader)
                    if let replica, index.replicas.count < mostReplicas { index.replicas.append(replica) }
                }
            case "virtual": index.isVirtual = try reader.flag() ?? false
            case "createdAt": index.created = try time(&reader)
            case "updatedAt": index.updated = try time(&reader)
            case "entries": index.entries = try reader.amount()
            case "dataSize": index.dataSize = try reader.amount()
            case "fileSize": index.fileSize = try reader.amount()
            case "lastBuildTimeS": index.lastBuildTime = try reader.amount()
            default: try reader.skip()
            }
        }
        return index.name.isEmpty ? nil : index
    }

    private static func name(_ reader: inout MonitoringReader) throws(UsageDecodingError) -> IndexName? {
        guard let name = try reader.text(), (1...longestName).contains(name.utf8.count) else { return nil }
        return IndexName(name)
    }

    /// A time such as `2026-07-15T10:00:00.000Z`; nil for the empty text of an index that never had records.
    private static func time(_ reader: inout MonitoringReader) throws(UsageDecodingError) -> UnixTime? {
        try reader.text().flatMap { RFC3339.parse($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
