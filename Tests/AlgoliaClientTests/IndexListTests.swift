import NIOCore
import Testing
import UsageModel

@testable import AlgoliaClient

@Suite("Items of the list of indices")
struct IndexListTests {
    private func page(_ body: String) throws(UsageDecodingError) -> IndexPage {
        try ByteBuffer(string: body).withUnsafeReadableBytes { bytes throws(UsageDecodingError) in
            try IndexPage.decode(bytes)
        }
    }

    private func index(_ attributes: String) throws -> ListedIndex {
        try #require(try page("{\"items\":[{\"name\":\"a\"\(attributes)}]}").indices.first)
    }

    @Test("Everything that an item says is read")
    func attributes() throws {
        let index = try index(
            #"""
            ,"createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-07-15T00:00:00.000Z","entries":12,"dataSize":3400,
            "fileSize":5600,"lastBuildTimeS":7,"primary":"p","replicas":["r","s"],"virtual":true,"pendingTask":false,
            "numberOfPendingTasks":0,"somethingNew":{"a":[1]}
            """#)
        #expect(index.created == RFC3339.parse("2026-01-02T03:04:05Z"))
        #expect(index.updated == RFC3339.parse("2026-07-15T00:00:00Z"))
        #expect(index.levels.map(\.statistic) == StatisticCatalogue.search.map(\.name))
        #expect(index.levels.map(\.value) == [.integer(12), .integer(3400), .integer(5600), .integer(7)])
        #expect(index.primary == "p" && index.replicas == ["r", "s"] && index.isVirtual)
    }

    @Test("What an item does not say is nil, and no number is 0 that is none")
    func absent() throws {
        let bare = try index("")
        #expect(bare == ListedIndex("a"))
        #expect(bare.levels.isEmpty)
        let odd = try index(
            #","createdAt":"","updatedAt":7,"entries":-1,"dataSize":"12","fileSize":null,"lastBuildTimeS":[],"primary":3,"replicas":{},"virtual":"yes""#
        )
        #expect(odd == ListedIndex("a"))
        #expect(try index(#","createdAt":"0000-01-01T00:00:00Z","entries":1e999"#) == ListedIndex("a"))
        #expect(try index(#","entries":2.5"#).entries == .real(2.5))
    }

    @Test("Names are bounded, and a primary has at most a thousand replicas")
    func bounded() throws {
        let long = String(repeating: "x", count: 1025)
        #expect(
            try index(",\"primary\":\"\(long)\",\"replicas\":[\"\(long)\",\"r\\u0000\",\"\",\"r\"]").replicas == ["r"])
        #expect(try index(",\"primary\":\"\(long)\"").primary == nil)
        let many = (0..<1100).map { "\"r\($0)\"" }.joined(separator: ",")
        #expect(try index(",\"replicas\":[\(many)]").replicas.count == 1000)
    }

    @Test("A list is whole unless it was cut, or lacks an item that could not be read")
    func whole() {
        var list = IndexList()
        #expect(list.isWhole)
        list.unusable = 1
        #expect(!list.isWhole)
        list = IndexList()
        list.isCut = true
        #expect(!list.isWhole)
    }
}
