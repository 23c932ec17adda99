import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Output
import Settings
import UsageModel

struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check /health of a running exporter, for container health checks.",
        discussion: """
            Without a URL, checks the exporter that runs in this container; the address and HTTPS are read from
            its flags and from the environment. Exit status 0 when it is alive, 1 otherwise.
            """)

    /// Less than the health check of the image waits for.
    private static let timeout = TimeAmount.seconds(4)

    @Argument(help: "URL of the exporter, such as https://127.0.0.1:9914, or unix:/path of its socket.")
    var url: String?

    func run() async throws {
        do {
            let address =
                if let url, case .unix? = ListenAddress(url) { try Self.url(ListenAddress.argument(url), false) } else {
                    try url ?? Self.runningExporter()
                }
            try await Self.ask("\(address)/health")
            try Console.output("\(address) is alive")
        } catch {
            Console.error("\(error)")
            throw ExitCode.failure
        }
    }

    private static func ask(_ url: String) async throws {
        var configuration = HTTPClient.Configuration()
        // Whether it is alive, not who it is: the certificate is made for the name that others call it by.
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.certificateVerification = .none
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Result<UInt, any Error>
        do {
            var request = HTTPClientRequest(url: url)
            // The client would send the encoded path, which is no host.
            if url.contains("+unix://") { request.headers.replaceOrAdd(name: "Host", value: "localhost") }
            answer = .success(try await http.execute(request, timeout: timeout).status.code)
        } catch {
            answer = .failure(error)
        }
        try? await http.shutdown()
        switch answer {
        case .success(200): return
        case .success(let status): throw CommandError("\(url) returned status \(status); expected 200")
        case .failure(let error): throw CommandError("no response from \(url): \(error)")
        }
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
        let addresses = try serve.web.addresses([:])
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
