import AlgoliaClient
import Foundation
import TestSupport
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("A key never prints")
    func redacted() throws {
        let key = try #require(APIKey("s3cret"))
        var dumped = ""
        dump([key: key], to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), "\(Optional(key) as Any)", dumped] {
            #expect(!text.contains("s3cret"))
        }
    }

    @Test("White space around a key is not part of it; what no header can carry is no key")
    func parsing() {
        #expect(APIKey(" \n abc \r\n")?.secret == "abc")
        for text in ["", "  ", "a b", "a\nb", "é", "a\u{0}"] { #expect(APIKey(text) == nil) }
    }

    @Test("A key file is read again when it changes, and a broken one keeps the last key")
    func rotation() throws {
        let folder = TemporaryFolder()
        let path = folder.file("key")
        let source = KeySource(path: path)
        #expect(throws: KeySource.Unavailable.self) { try source.current() }
        func write(_ text: String, age: Double) throws {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let date = Date(timeIntervalSince1970: 1_700_000_000 + age)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
        try write("", age: 0)
        #expect(throws: KeySource.Unavailable.self) { try source.current() }
        try write("first\n", age: 1)
        #expect(try source.current().secret == "first")
        try write("other\n", age: 2)
        #expect(try source.current().secret == "other")
        try write(" \n", age: 3)
        #expect(try source.current().secret == "other")
        try FileManager.default.removeItem(atPath: path)
        #expect(try source.current().secret == "other")
        try write("third", age: 4)
        #expect(try source.current().secret == "third")
    }
}
