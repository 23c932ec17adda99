public import UsageModel

/// The names of an application's indices, as the Search API lists them.
public struct IndexList: Sendable, Hashable {
    /// Different from each other, none empty, none with a NUL.
    public var names: [IndexName] = []
    /// Items without a name that an index can have; they are left out.
    public var unusable = 0
    /// Whether the vendor had more pages than are asked for.
    public var isCut = false

    public init() {}
}

/// One page of the list: `{"items":[{"name":"products", …}],"nbPages":1}`.
struct IndexPage {
    /// Bytes of a name; the vendor allows 256.
    private static let longestName = 1024

    var names: [IndexName] = []
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
                    let isList = try reader.elements { reader throws(UsageDecodingError) in
                        let name = try Self.name(&reader)
                        if let name { page.names.append(name) } else { page.unusable += 1 }
                    }
                    guard isList else { throw UsageDecodingError(.notAnAnswer, at: start) }
                case "nbPages": page.pages = try reader.count() ?? 1
                default: try reader.skip()
                }
            }
            guard hasItems, !page.names.isEmpty || page.unusable == 0 else {
                throw UsageDecodingError(.notAnAnswer, at: 0)
            }
        }
        return page
    }

    /// The name of one item; nil when it has none that an index can have.
    private static func name(_ reader: inout MonitoringReader) throws(UsageDecodingError) -> IndexName? {
        var name: String?
        try reader.members { reader, attribute throws(UsageDecodingError) in
            if attribute == "name" { name = try reader.text() } else { try reader.skip() }
        }
        guard let name, (1...longestName).contains(name.utf8.count) else { return nil }
        return IndexName(name)
    }
}
