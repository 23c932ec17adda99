import Foundation
import TestSupport
import Testing
import Transport
import UsageModel

@testable import RemoteStorage

@Suite("Remote write: headers with secrets")
struct SecretHeadersTests {
    private func headers(_ change: (inout RemoteWriteDestination) -> Void) -> SecretHeaders {
        var destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/")
        change(&destination)
        return SecretHeaders(destination)
    }

    private func lines(_ headers: SecretHeaders) throws -> [String] {
        try headers.current().headers.map { "\($0.name): \($0.value)" }
    }

    @Test("Without any there is none")
    func none() throws {
        let current = try headers { _ in }.current()
        #expect(current.headers.isEmpty && current.secrets.isEmpty)
    }

    @Test(
        "Basic authentication is user, colon and password in base64 of their UTF-8",
        arguments: [
            ("user", "pass", "dXNlcjpwYXNz"), ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("u", "a:b", "dTphOmI="), ("", "p", "OnA="), ("test", "123£", "dGVzdDoxMjPCow=="),
        ])
    func basic(user: String, password: String, encoded: String) throws {
        let headers = headers { $0.credentials = .basic(user: user, password: .value(password)) }
        #expect(try lines(headers) == ["Authorization: Basic \(encoded)"])
        // Whoever repeats the header repeats the password.
        #expect(try headers.current().secrets.contains(encoded))
        #expect(try headers.current().secrets.contains(password))
    }

    @Test("Headers are in the order of their names, the credentials last")
    func order() throws {
        let headers = headers {
            $0.headers = ["X-Scope-OrgID": .value("algolia"), "A": .value("1"), "THANOS-TENANT": .value("t")]
            $0.credentials = .authorization(type: "Bearer", credentials: .value("token"))
        }
        #expect(
            try lines(headers) == ["A: 1", "THANOS-TENANT: t", "X-Scope-OrgID: algolia", "Authorization: Bearer token"])
        #expect(
            try Set(headers.current().secrets).isSuperset(of: ["algolia", "1", "t", "token", "Bearer token"]))
    }

    @Test("Every file is read again with each request, without white space at its end")
    func rotation() throws {
        let folder = TemporaryFolder()
        let headers = headers {
            $0.headers = ["X-Key": .file(folder.file("key"))]
            $0.credentials = .basic(user: "u", password: .file(folder.file("password")))
        }
        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
        }
        try write("key 1\n", "key")
        #expect(throws: Secret.Unavailable.self) { try headers.current() }
        try write("one\r\n\n", "password")
        #expect(try lines(headers) == ["X-Key: key 1", "Authorization: Basic dTpvbmU="])
        try write("key 22\n", "key")
        try write("two", "password")
        #expect(try lines(headers) == ["X-Key: key 22", "Authorization: Basic dTp0d28="])
        // A file that goes, or is emptied, keeps what was read last.
        try FileManager.default.removeItem(atPath: folder.file("key"))
        try write("", "password")
        #expect(try lines(headers) == ["X-Key: key 22", "Authorization: Basic dTp0d28="])
    }

    @Test("A file that was never there is named, and no value is")
    func missing() {
        let headers = headers {
            $0.headers = ["A": .value("s3cret"), "B": .file("/nowhere/token")]
        }
        let error = #expect(throws: Secret.Unavailable.self) { try headers.current() }
        #expect(error?.path == "/nowhere/token")
        #expect(error.map { "\($0)".contains("/nowhere/token") && !"\($0)".contains("s3cret") } == true)
    }
}
