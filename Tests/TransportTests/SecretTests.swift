import Foundation
import TestSupport
import Testing
import Transport

@Suite("Secrets")
struct SecretTests {
    // Fault (Secrets): A key in a log, an error or a dump of a value
    // Done: every way in which Swift prints a value
    // Seen: none of them has the key
    // Lost: nothing
    @Test("A key never prints")
    func redacted() throws {
        let key = try #require(SecretText(key: "s3cret"))
        var dumped = ""
        dump([key: key], to: &dumped)
        for text in ["\(key)", String(describing: key), String(reflecting: key), "\(Optional(key) as Any)", dumped] {
            #expect(!text.contains("s3cret"))
        }
    }

    @Test("White space around a key is not part of it; what no header can carry is no key")
    func parsing() {
        #expect(SecretText(key: " \n abc \r\n")?.secret == "abc")
        for text in ["", "  ", "a b", "a\nb", "é", "a\u{0}"] { #expect(SecretText(key: text) == nil) }
    }

    @Test("A key file is read again when it changes, and a broken one keeps the last key")
    func rotation() throws {
        let folder = TemporaryFolder()
        let path = folder.file("key")
        let source = Secret(file: path, as: .key)
        #expect(throws: Secret.Unavailable.self) { try source.current() }
        func write(_ text: String, age: Double) throws {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let date = Date(timeIntervalSince1970: 1_700_000_000 + age)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
        try write("", age: 0)
        #expect(throws: Secret.Unavailable.self) { try source.current() }
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

    @Test("A secret that Kubernetes replaces, by another target of the same link, is read again")
    func link() throws {
        let folder = TemporaryFolder()
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        for (name, key) in [("one", "first-key"), ("two", "other-key")] {
            let version = folder.file(name)
            try FileManager.default.createDirectory(atPath: version, withIntermediateDirectories: true)
            try key.write(toFile: "\(version)/key", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(version)/key")
        }
        let data = folder.file("..data")
        try FileManager.default.createSymbolicLink(atPath: data, withDestinationPath: folder.file("one"))
        try FileManager.default.createSymbolicLink(atPath: folder.file("key"), withDestinationPath: "\(data)/key")
        let source = Secret(file: folder.file("key"), as: .key)
        #expect(try source.current().secret == "first-key")
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.createSymbolicLink(atPath: data, withDestinationPath: folder.file("two"))
        #expect(try source.current().secret == "other-key")
    }

    @Test("What was written within the last second may be half a key, and the last one stays in use")
    func beingWritten() throws {
        let folder = TemporaryFolder()
        let path = folder.file("key")
        let source = Secret(file: path, as: .key, writingTime: 3600)
        try "first".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try source.current().secret == "first", "the first key is taken as it is")
        try "sec".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try source.current().secret == "first")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: path)
        #expect(try source.current().secret == "sec")
    }

    @Test("A password may have any characters, and loses the white space at the end of its file alone")
    func passwords() throws {
        let folder = TemporaryFolder()
        let path = folder.file("password")
        let source = Secret(file: path, as: .password)
        let error = #expect(throws: Secret.Unavailable.self) { try source.current() }
        #expect(error?.description == "no secret in \(path): the file is missing, empty or cannot be read")
        try " pass wörd\n\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try source.current().secret == " pass wörd")
        try FileManager.default.removeItem(atPath: path)
        #expect(try source.current().secret == " pass wörd")
        let fixed = Secret(SecretText(password: "as it is "))
        #expect(try fixed.current().secret == "as it is ")
        #expect(!"\(source) \(fixed)".contains("it is"))
    }

    // Fault (Secrets): Another program's text that repeats a secret
    // Done: also before a combining mark
    // Seen: the text without it
    // Lost: nothing
    @Test("Secrets are replaced in what another program sends, also before a combining mark")
    func redaction() {
        #expect(
            SecretText.redact(["s3cret", "", "key"], in: "no: s3cret\u{301} for key")
                == "no: <redacted>\u{301} for <redacted>")
    }

    @Test("A secret never prints, wherever it stands")
    func secrecy() {
        var receiver = RemoteWriteDestination(name: "a", url: "http://a/")
        receiver.credentials = .basic(user: "u", password: .value("s3cret"))
        receiver.headers = ["X-Key": .value("s3cret"), "X-File": .file("/run/key")]
        var dumped = ""
        dump(receiver, to: &dumped)
        for text in ["\(receiver)", String(reflecting: receiver), dumped] {
            #expect(!text.contains("s3cret"))
            #expect(text.contains("/run/key"))
        }
        #expect(receiver.credentials?.secret == .value("s3cret"))
        #expect(RemoteWriteCredentials.authorization(type: "Bearer", credentials: .file("t")).secret == .file("t"))
    }
}
