import ArgumentParser
import Foundation
import NIOSSL
import Output
import Settings
import Transport
import UsageModel

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check /health of a running exporter, for container health checks.",
        discussion: """
            Without a URL, checks the exporter that runs in this container; the address and HTTPS are read from
            its flags and from the environment. Exit status 0 when it is alive, 1 otherwise.
            """)

    /// Seconds; less than the health check of the image waits for.
    private static let timeout = 4.0

    @Argument(
        help: "URL of the exporter, such as https://127.0.0.1:9914, or unix:/path of its socket.",
        transform: ArgumentRule.reading("a URL such as http://127.0.0.1:9914, or unix:/path") { text in
            if case .unix? = ListenAddress(text) { return ListenAddress(text)?.url(isSecure: false) }
            return text.contains(/^https?:\/\/[^\/]/) ? text : nil
        })
    var url: String?

    @Option(
        name: .customLong("cert-file"),
        help: "Path to a client certificate in PEM format, for an exporter that requires one.")
    var certificateFile: String?

    @Option(name: .customLong("key-file"), help: "Path to the private key of --cert-file in PEM format.")
    var keyFile: String?

    func validate() throws {
        guard (certificateFile == nil) != (keyFile == nil) else { return }
        throw ValidationError("--cert-file and --key-file are used together; one is missing")
    }

    func run() async throws {
        let address = try url ?? Self.runningExporter()
        try await ask("\(address)/health")
        try Console.output("\(SecretFreeText.withoutPasswords(address)) is alive")
    }

    private func ask(_ url: String) async throws {
        // Whether it is alive, not who it is: the certificate is made for the name that others call it by.
        let tls = try TLSConfiguration.client(
            certificateAuthorityFile: nil, certificateFile: certificateFile, keyFile: keyFile, skipsVerification: true)
        let transport = AsyncHTTPTransport(tls: tls)
        defer { transport.close() }
        // The client would send the encoded path of a socket, which is no host.
        let headers = url.contains("+unix://") ? [(name: "Host", value: "localhost")] : []
        let request = TransportRequest(
            url: url, headers: headers, timeout: Self.timeout, maximumBody: 1 << 16, needsBody: false)
        let status: Int
        do {
            status = try await transport.send(request).status
        } catch .connection(let reason) {
            throw CommandError("no response from \(url): \(reason)")
        } catch {
            throw CommandError("no response from \(url) within \(Int(Self.timeout)) s")
        }
        guard status == 200 else { throw CommandError("\(url) returned status \(status); expected 200") }
    }

    /// Where the first process listens that was started as `serve`, read from its command line as it read it itself.
    private static func runningExporter() throws -> String {
        let own = ProcessInfo.processInfo.processIdentifier
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        for number in numbers.sorted() where number != own {
            guard let line = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else { continue }
            let words = line.split(separator: 0, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard words[0].split(separator: "/").last == "algolia-exporter",
                let serve = try? FlagVariables.parse(
                    Array(words.dropFirst().dropLast()), ProcessInfo.processInfo.environment) as? Serve
            else { continue }
            return try url(serve)
        }
        throw CommandError("no exporter is running here; specify the URL of one that runs elsewhere")
    }

    private static func url(_ serve: Serve) throws -> String {
        guard !serve.web.usesSystemdSockets else {
            throw CommandError("the exporter listens on sockets of systemd; specify its URL, or unix:/path")
        }
        let addresses = try serve.web.addresses(ProcessInfo.processInfo.environment)
        guard let address = addresses.first(where: { $0.port != 0 }) else {
            throw CommandError("the exporter listens on a random port; specify its URL")
        }
        let isSecure = try serve.web.configFile.map { try WebSettingsLoader.load(file: $0).certificate != nil } ?? false
        return try url(address, isSecure) + serve.web.paths().routePrefix
    }

    private static func url(_ address: ListenAddress, _ isSecure: Bool) throws -> String {
        guard let url = address.url(isSecure: isSecure) else { throw CommandError("\(address) has no URL") }
        return url
    }
}
