import Foundation
import Logging
import NIOSSL
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite(
    "Certificates and passwords are read again when they change",
    .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
struct ProtectionKeeperTests {
    /// bcrypt of `s3cret`.
    private let hash = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"

    /// Certificates that come to lie at one path, one after the other.
    private struct Place {
        let folder = TemporaryFolder()
        let authority: CertificateAuthority
        let pair: CertificateAuthority.Pair

        init() async throws {
            authority = try await CertificateAuthority(folder)
            pair = try await authority.issue("server")
        }

        var security: WebSecurity {
            WebSecurity(certificate: .init(chain: pair.certificate, key: pair.key))
        }

        var certificate: NIOSSLCertificate {
            get throws { try #require(NIOSSLCertificate.fromPEMFile(pair.certificate).first) }
        }

        func put(_ bytes: Data, at path: String) throws { try bytes.write(to: URL(filePath: path), options: .atomic) }
    }

    /// A file of a web configuration whose content is a value.
    private final class Configuration: Sendable {
        let path: String
        private let result: Mutex<Result<WebSecurity, any Error>>

        init(_ security: WebSecurity, in folder: TemporaryFolder) throws {
            path = folder.file("web.yml")
            result = Mutex(.success(security))
            try set(.success(security))
        }

        func set(_ new: Result<WebSecurity, any Error>) throws {
            result.withLock { $0 = new }
            try Data(UUID().uuidString.utf8).write(to: URL(filePath: path), options: .atomic)
        }

        var file: WebSecurityFile { WebSecurityFile(path: path) { [self] in try result.withLock { try $0.get() } } }
    }

    private struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    private func warnings(_ log: CapturedLog) -> [String] { log.lines.filter { $0.hasPrefix("warning") } }
    private func notices(_ log: CapturedLog) -> [String] { log.lines.filter { $0.hasPrefix("notice") } }

    @Test("A new certificate is served to new connections, and open ones go on")
    func rotation() async throws {
        let place = try await Place()
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        let site = try Site()
        let exporter = Exporter.test(site.history, site.clock, logger: .streaming(to: line)) { [] }
        try await withServer(exporter, security: place.security) { web in
            let open = try await TLSConnection(port: web.port)
            let first = try place.certificate
            #expect(open.certificate == first)
            #expect(try await open.head("/health").hasPrefix("HTTP/1.1 200 "))
            for name in ["second", "third"] {
                let next = try await place.authority.issue(name)
                try place.put(Data(contentsOf: URL(filePath: next.key)), at: place.pair.key)
                try place.put(Data(contentsOf: URL(filePath: next.certificate)), at: place.pair.certificate)
                _ = await lines.first { $0.hasPrefix("notice web configuration, certificate and key loaded again") }
                let new = try await TLSConnection(port: web.port)
                #expect(try new.certificate == place.certificate && new.certificate != first)
                #expect(try await new.head("/health").hasPrefix("HTTP/1.1 200 "))
                #expect(try await open.head("/health").hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    // Fault (Configuration): A certificate and a key that do not match
    // Done: a rotation that is seen halfway
    // Seen: the old pair stays in force; one warning
    // Lost: nothing
    @Test("Halfway through a rotation, the old pair stays in force, and what is wrong is said once, as is its end")
    func mismatch() async throws {
        let place = try await Place()
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(place.security, file: nil, logger: log.logger)
        for _ in 0..<3 { keeper.look() }
        #expect(log.lines.isEmpty)
        let next = try await place.authority.issue("next")
        try place.put(Data(contentsOf: URL(filePath: next.key)), at: place.pair.key)
        keeper.look()
        #expect(log.lines.isEmpty, "the first look at a change does not read it")
        for _ in 0..<4 { keeper.look() }
        #expect(warnings(log).count == 1)
        #expect(warnings(log)[0].contains("\(place.pair.certificate) cannot be used for TLS: certificate and key"))
        #expect(warnings(log)[0].contains("\(place.pair.key) do not match; continuing with the previous one"))
        #expect(keeper.current.tls != nil && notices(log).isEmpty)
        try place.put(Data(contentsOf: URL(filePath: next.certificate)), at: place.pair.certificate)
        for _ in 0..<4 { keeper.look() }
        #expect(notices(log).count == 1 && warnings(log).count == 1)
    }

    @Test("A rotation that is complete by the second look is never seen halfway")
    func settling() async throws {
        let place = try await Place()
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(place.security, file: nil, logger: log.logger)
        let next = try await place.authority.issue("next")
        try place.put(Data(contentsOf: URL(filePath: next.key)), at: place.pair.key)
        keeper.look()
        try place.put(Data(contentsOf: URL(filePath: next.certificate)), at: place.pair.certificate)
        for _ in 0..<3 { keeper.look() }
        #expect(warnings(log).isEmpty && notices(log).count == 1)
    }

    @Test(
        "Files that cannot be used leave the old ones in force, and are named with the cause",
        arguments: [
            (file: "key", content: "", cause: "not a readable PEM private key"),
            ("key", "-----BEGIN PRIVATE KEY-----\nMIG", "not a readable PEM private key"),
            ("certificate", "nonsense", "not a readable PEM certificate"),
            ("certificate", nil, "the file does not exist"), ("key", nil, "the file does not exist"),
            ("authority", "", "not a readable PEM certificate"), ("authority", nil, "the file does not exist"),
        ] as [(String, String?, String)])
    func broken(file: String, content: String?, cause: String) async throws {
        let place = try await Place()
        var security = place.security
        security.handshake.clients.policy = .requireAndVerify
        security.handshake.clients.authorityFile = place.authority.pair.certificate
        let paths = [
            "key": place.pair.key, "certificate": place.pair.certificate, "authority": place.authority.pair.certificate,
        ]
        let path = try #require(paths[file])
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(security, file: nil, logger: log.logger)
        let good = try Data(contentsOf: URL(filePath: path))
        if let content {
            try place.put(Data(content.utf8), at: path)
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        for _ in 0..<4 { keeper.look() }
        #expect(warnings(log).count == 1 && notices(log).isEmpty)
        #expect(warnings(log)[0].contains("\(path) cannot be used for TLS: \(cause); continuing with the previous one"))
        #expect(keeper.current.tls != nil)
        try place.put(good, at: path)
        for _ in 0..<3 { keeper.look() }
        #expect(warnings(log).count == 1 && notices(log).count == 1)
    }

    @Test("Passwords and headers of a new web configuration are in force; those that were right stay known")
    func configuration() async throws {
        let place = TemporaryFolder()
        let old = WebSecurity(users: ["alice": hash])
        let configuration = try Configuration(old, in: place)
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(old, file: configuration.file, logger: log.logger)
        let header = "Basic \(Data("alice:s3cret".utf8).base64EncodedString())"
        let other = "Basic \(Data("bob:s3cret".utf8).base64EncodedString())"
        #expect(await keeper.current.passwords?.check(header, from: "a") == .right)

        var new = old
        new.headers = [.init("X-Frame-Options", "deny")]
        try configuration.set(.success(new))
        for _ in 0..<2 { keeper.look() }
        #expect(keeper.current.security == new)
        #expect(await keeper.current.passwords?.check(header, from: "a") == .right)

        try configuration.set(.success(WebSecurity(users: ["bob": hash])))
        for _ in 0..<2 { keeper.look() }
        #expect(keeper.current.security.headers.isEmpty)
        #expect(await keeper.current.passwords?.check(header, from: "a") == .wrong(isFirst: true, isLast: false))
        #expect(await keeper.current.passwords?.check(other, from: "b") == .right)
        #expect(warnings(log).isEmpty && notices(log).count == 2)
    }

    // Fault (Configuration): A web configuration that is wrong, gone or takes protection away
    // Done: changed while it runs
    // Seen: the old one stays in force, with a warning
    // Lost: nothing
    @Test("A web configuration that is wrong, gone or takes protection away leaves the old one in force")
    func refusals() async throws {
        let place = try await Place()
        var old = place.security
        old.users = ["alice": hash]
        let configuration = try Configuration(old, in: place.folder)
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(old, file: configuration.file, logger: log.logger)
        var plain = old, open = old
        plain.certificate = nil
        open.users = [:]
        let cases: [(Result<WebSecurity, any Error>, String)] = [
            (.failure(Fault(description: "web.yml:1:2: x\nweb.yml:3:4: y")), "web.yml:1:2: x; web.yml:3:4: y"),
            (.success(plain), "tls_server_config was removed; restart the exporter to serve HTTP"),
            (.success(open), "basic_auth_users was removed; restart the exporter to serve without passwords"),
        ]
        for (number, (result, text)) in cases.enumerated() {
            try configuration.set(result)
            for _ in 0..<4 { keeper.look() }
            #expect(warnings(log).count == number + 1)
            #expect(
                warnings(log).last?.hasPrefix(
                    "warning web configuration not loaded: \(text); continuing with the previous one") == true)
            #expect(keeper.current.security == old)
        }
        try configuration.set(.success(old))
        for _ in 0..<3 { keeper.look() }
        #expect(notices(log).count == 1)
    }

    @Test("A fault that ends without a change of the file is tried again at the next look")
    func retry() throws {
        let folder = TemporaryFolder()
        let configuration = try Configuration(WebSecurity(), in: folder)
        let isReadable = Atomic(false)
        let file = WebSecurityFile(path: configuration.path) {
            guard isReadable.load(ordering: .relaxed) else { throw Fault(description: "no permission") }
            return WebSecurity(users: ["alice": "x"])
        }
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(WebSecurity(), file: file, logger: log.logger)
        try configuration.set(.success(WebSecurity()))
        for _ in 0..<4 { keeper.look() }
        #expect(warnings(log).count == 1 && keeper.current.passwords == nil)
        isReadable.store(true, ordering: .relaxed)
        keeper.look()
        #expect(notices(log).count == 1 && keeper.current.passwords != nil)
    }

    @Test("A new path of the certificate is followed, and its file watched")
    func newPath() async throws {
        let place = try await Place()
        let configuration = try Configuration(place.security, in: place.folder)
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(place.security, file: configuration.file, logger: log.logger)
        let moved = place.folder.file("moved.pem")
        var security = place.security
        security.certificate = .init(chain: moved, key: place.pair.key)
        try configuration.set(.success(security))
        for _ in 0..<4 { keeper.look() }
        #expect(warnings(log).count == 1 && warnings(log)[0].contains("\(moved) cannot be used for TLS"))
        #expect(keeper.current.security == place.security)
        try FileManager.default.copyItem(atPath: place.pair.certificate, toPath: moved)
        for _ in 0..<3 { keeper.look() }
        #expect(notices(log).count == 1 && keeper.current.security == security)
    }

    @Test("A link whose target is replaced, as in Kubernetes, is a change")
    func links() async throws {
        let place = try await Place()
        let next = try await place.authority.issue("next")
        let links = CertificateAuthority.Pair(
            certificate: place.folder.file("link.pem"), key: place.folder.file("link.key"))
        func link(_ pair: CertificateAuthority.Pair) throws {
            for (link, target) in [(links.certificate, pair.certificate), (links.key, pair.key)] {
                try? FileManager.default.removeItem(atPath: link)
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            }
        }
        try link(place.pair)
        let log = CapturedLog()
        let keeper = try ProtectionKeeper(
            WebSecurity(certificate: .init(chain: links.certificate, key: links.key)), file: nil, logger: log.logger)
        try link(next)
        for _ in 0..<2 { keeper.look() }
        #expect(notices(log).count == 1 && warnings(log).isEmpty)
    }
}

extension Logger {
    /// A logger whose lines can be waited for.
    fileprivate static func streaming(to lines: AsyncStream<String>.Continuation) -> Logger {
        Logger(label: "streaming") { _ in StreamingLog(lines: lines) }
    }
}

private struct StreamingLog: LogHandler {
    let lines: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.yield("\(event.level) \(event.message)") }
}
