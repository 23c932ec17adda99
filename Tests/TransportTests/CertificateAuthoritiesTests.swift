import Foundation
import TestSupport
import Testing

@testable import Transport

@Suite(
    "A file of certificate authorities", .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"),
    .timeLimit(.minutes(30)))
struct CertificateAuthoritiesTests {
    private let folder = TemporaryFolder()

    /// Replaces the file at `path`, as it was `age` seconds after some day.
    private func write(_ content: String, to path: String, age: Double) throws {
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        let date = Date(timeIntervalSince1970: 1_700_000_000 + age)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    @Test("It is trusted instead of the system's, and read again when it changes")
    func rotation() async throws {
        let right = try await Tool.signedCertificate(folder, host: "localhost")
        let other = try await Tool.signedCertificate(folder, host: "other.example.test")
        let server = try await RawServer(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", certificate: (right.certificate, right.key))
        let (rightText, otherText) = (
            try String(contentsOfFile: right.authority, encoding: .utf8),
            try String(contentsOfFile: other.authority, encoding: .utf8)
        )
        let path = folder.file("ca.pem")
        try write(otherText, to: path, age: 0)
        let authorities = try CertificateAuthorities(file: path)
        let transport = AsyncHTTPTransport(.singleAttempt(), authorities: authorities)
        let request = TransportRequest(
            url: "https://localhost:\(server.port)/", headers: [], timeout: 900, maximumBody: 1000)
        func trusts() async -> Bool { (try? await transport.send(request).status) == 200 }

        #expect(await !trusts())
        try write(otherText + rightText, to: path, age: 1)
        #expect(await trusts())
        try write("not a certificate", to: path, age: 2)
        #expect(await trusts(), "what was read last stays trusted")
        try FileManager.default.removeItem(atPath: path)
        #expect(await trusts())
        #expect(throws: TLSFileError(path: path, reason: "the file does not exist")) {
            try authorities.change(file: path)
        }
        #expect(await trusts(), "nothing changes with a file that cannot be used")
        try write(otherText, to: path, age: 3)
        #expect(await !trusts())
        try authorities.change(file: right.authority)
        #expect(await trusts())
        try authorities.change(file: nil)
        #expect(await !trusts(), "the system's do not know it")
        await transport.closed()
        try await server.stop()
    }

    @Test(
        "A file without a certificate is none",
        arguments: ["", "\n", "certificate", "-----BEGIN CERTIFICATE-----\nAAAA"])
    func nonsense(content: String) throws {
        let path = folder.file("ca.pem")
        try write(content, to: path, age: 0)
        #expect(throws: TLSFileError(path: path, reason: "not a readable PEM certificate")) {
            try CertificateAuthorities(file: path)
        }
    }
}
