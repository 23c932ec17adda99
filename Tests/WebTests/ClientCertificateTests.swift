import Foundation
import NIOSSL
import TestSupport
import Testing
import UsageModel

@Suite("Client certificates", .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
struct ClientCertificateTests {
    /// A server's certificate, the authority of its clients, and one that it does not know.
    private struct Certificates {
        let authority: CertificateAuthority
        let stranger: CertificateAuthority
        let server: CertificateAuthority.Pair

        init() async throws {
            let folder = TemporaryFolder()
            authority = try await CertificateAuthority(folder)
            stranger = try await CertificateAuthority(folder, name: "stranger")
            server = try await authority.issue("server")
        }

        func security(_ change: (inout WebSecurity.Handshake) -> Void) -> WebSecurity {
            var handshake = WebSecurity.Handshake()
            change(&handshake)
            return WebSecurity(
                certificate: .init(chain: server.certificate, key: server.key), handshake: handshake)
        }
    }

    private func isServed(
        _ port: Int, _ pair: CertificateAuthority.Pair? = nil,
        _ configure: (inout TLSConfiguration) -> Void = { _ in }
    ) async -> Bool {
        guard let connection = try? await TLSConnection(port: port, presenting: pair, configure),
            let head = try? await connection.head("/health")
        else { return false }
        return head.hasPrefix("HTTP/1.1 200 ")
    }

    @Test(
        "Each policy serves the clients that Go's of the same name would, with every version of TLS",
        arguments: [
            (WebSecurity.ClientPolicy.none, without: true, stranger: true), (.request, true, true),
            (.requireAny, false, true), (.verifyIfGiven, true, false), (.requireAndVerify, false, false),
        ])
    func policies(policy: WebSecurity.ClientPolicy, without: Bool, stranger: Bool) async throws {
        let certificates = try await Certificates()
        let known = try await certificates.authority.issue("client")
        let unknown = try await certificates.stranger.issue("unknown")
        let security = certificates.security {
            $0.clients.policy = policy
            if policy.verifies { $0.clients.authorityFile = certificates.authority.pair.certificate }
        }
        try await withServer(Site().exporter, security: security) { web in
            for version in [TLSVersion.tlsv12, .tlsv13] {
                let only = { (configuration: inout TLSConfiguration) in
                    configuration.minimumTLSVersion = version
                    configuration.maximumTLSVersion = version
                }
                #expect(await isServed(web.port, nil, only) == without, "\(version)")
                #expect(await isServed(web.port, unknown, only) == stranger, "\(version)")
                #expect(await isServed(web.port, known, only), "\(version)")
            }
        }
    }

    @Test("Of the names that are allowed, a certificate must have one, of whatever kind, letter by letter")
    func names() async throws {
        let certificates = try await Certificates()
        let security = certificates.security {
            $0.clients.policy = .requireAndVerify
            $0.clients.authorityFile = certificates.authority.pair.certificate
            $0.clients.allowedNames = [
                "prometheus.example", "10.1.2.3", "2001:db8::1", "ops@example.com", "spiffe://example/prometheus",
            ]
        }
        let log = CapturedLog()
        try await withServer(Site().exporter, security: security, logger: log.logger) { web in
            let allowed = [
                "DNS:prometheus.example", "IP:10.1.2.3", "IP:2001:db8:0:0::1", "email:ops@example.com",
                "URI:spiffe://example/prometheus", "DNS:other.example,DNS:prometheus.example",
            ]
            for names in allowed {
                let pair = try await certificates.authority.issue("allowed", names: names)
                #expect(await isServed(web.port, pair), "\(names)")
            }
            for names in ["", "DNS:other.example", "DNS:*.example", "IP:10.1.2.4", "DNS:Prometheus.example"] {
                let pair = try await certificates.authority.issue("other", names: names)
                #expect(await isServed(web.port, pair) == false, "\(names)")
            }
            let stranger = try await certificates.stranger.issue("false", names: "DNS:prometheus.example")
            #expect(await isServed(web.port, stranger) == false)
        }
        #expect(log.lines.count { $0.hasPrefix("warning a client's certificate has none of the names") } == 1)
        #expect(log.lines.count { $0.hasPrefix("warning a TLS handshake failed: ") } == 1)
    }

    @Test("A session that is resumed keeps the certificate that began it")
    func resumption() async throws {
        let certificates = try await Certificates()
        let pair = try await certificates.authority.issue("client", names: "DNS:prometheus.example")
        let security = certificates.security {
            $0.clients.policy = .requireAndVerify
            $0.clients.authorityFile = certificates.authority.pair.certificate
            $0.clients.allowedNames = ["prometheus.example"]
        }
        try await withServer(Site().exporter, security: security) { web in
            let outcome = try await Tool.run(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(web.port)", "-tls1_2", "-reconnect", "-ign_eof", "-cert",
                    pair.certificate,
                    "-key", pair.key,
                ], input: Array("GET /health HTTP/1.0\r\n\r\n".utf8))
            #expect(outcome.output.contains("Reused, TLSv1.2"), "\(outcome.output)")
            #expect(outcome.output.contains(" 200 OK"), "\(outcome.output)")
        }
    }

    @Test("Versions, suites and curves outside of the configured ones are not agreed on")
    func versions() async throws {
        typealias Change = (inout TLSConfiguration) -> Void
        let certificates = try await Certificates()
        let newest: Change = { $0.minimumTLSVersion = .tlsv13 }
        let older: Change = { $0.maximumTLSVersion = .tlsv12 }
        let ancient: Change = {
            $0.minimumTLSVersion = .tlsv1
            $0.maximumTLSVersion = .tlsv11
        }
        let short: Change = {
            $0.maximumTLSVersion = .tlsv12
            $0.cipherSuites = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        }
        let small: Change = { $0.curves = [.x25519] }
        let cases: [(change: (inout WebSecurity.Handshake) -> Void, served: [Change], refused: [Change])] = [
            ({ _ in }, [newest, older, short, small], [ancient]),
            ({ $0.oldest = .tls10 }, [newest, older, ancient], []),
            ({ $0.oldest = .tls13 }, [newest], [older, ancient]),
            ({ $0.newest = .tls12 }, [older], [newest, ancient]),
            ({ $0.cipherSuites = [.ecdheECDSAWithAES256GCM] }, [newest, older], [short]),
            ({ $0.cipherSuites = WebSecurity.CipherSuite.allCases }, [newest, older, short], []),
            ({ $0.curves = [.p521, .p384] }, [{ $0.curves = [.secp521r1] }, { $0.curves = [.secp384r1] }], [small]),
            ({ $0.curves = [.x25519, .p256] }, [small, { $0.curves = [.secp256r1] }], [{ $0.curves = [.secp384r1] }]),
        ]
        for (number, (change, served, refused)) in cases.enumerated() {
            try await withServer(Site().exporter, security: certificates.security(change)) { web in
                for client in served { #expect(await isServed(web.port, nil, client), "case \(number)") }
                for client in refused { #expect(await isServed(web.port, nil, client) == false, "case \(number)") }
            }
        }
    }
}
