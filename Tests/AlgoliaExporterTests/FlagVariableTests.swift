import ArgumentParser
import Foundation
import TestSupport
import Testing
import UsageModel

@testable import AlgoliaExporter

@Suite("Flags from the environment")
struct FlagVariableTests {
    private func serve(_ arguments: [String] = [], _ environment: [String: String]) throws -> Serve {
        try #require(try FlagVariables.parse(arguments, environment) as? Serve)
    }

    private func message(_ arguments: [String] = [], _ environment: [String: String]) -> String {
        do {
            _ = try FlagVariables.parse(arguments, environment)
            return ""
        } catch {
            #expect(AlgoliaExporter.exitCode(for: error) == .validationFailure)
            return AlgoliaExporter.message(for: error)
        }
    }

    @Test("A variable is its flag, with and without the command's name")
    func values() throws {
        for arguments in [[], ["serve"]] {
            let serve = try serve(
                arguments,
                [
                    "ALGOLIA_EXPORTER_CONFIG_FILE": "a b.yml", "ALGOLIA_EXPORTER_STORAGE_PATH": "-x=1.db",
                    "ALGOLIA_EXPORTER_WEB_LISTEN_ADDRESS": ":1, [::1]:2,unix:/run/x", "ALGOLIA_EXPORTER_SHARD": "1/3",
                    "ALGOLIA_EXPORTER_LOG_LEVEL": "debug", "ALGOLIA_EXPORTER_LOG_ACCESS": "true",
                    "ALGOLIA_EXPORTER_WEB_ENABLE_LIFECYCLE": "no", "ALGOLIA_EXPORTER_DEMO": "1",
                ])
            #expect(serve.collection.common.configFile == "a b.yml")
            #expect(serve.collection.common.storagePath == "-x=1.db")
            #expect(
                serve.web.listenAddresses == [
                    .tcp(host: "", port: 1), .tcp(host: "::1", port: 2), .unix(path: "/run/x"),
                ])
            #expect(serve.collection.shard == Shard(1, of: 3))
            #expect(serve.collection.common.logging.level == .debug)
            #expect(serve.web.logsAccess && !serve.web.enablesLifecycle && serve.collection.isDemo)
        }
    }

    @Test(
        "A flag wins over its variable, however it is written",
        arguments: [["--log.level=error"], ["--log.level", "error"], ["serve", "--log.level", "error"]])
    func precedence(arguments: [String]) throws {
        let environment = ["ALGOLIA_EXPORTER_LOG_LEVEL": "debug", "ALGOLIA_EXPORTER_LOG_FORMAT": "json"]
        let serve = try serve(arguments, environment)
        #expect(serve.collection.common.logging.level == .error)
        #expect("\(serve.collection.common.logging.format)" == "json")
        let export = try FlagVariables.parse(["export", "-o", "x"], ["ALGOLIA_EXPORTER_OUTPUT": "y"])
        #expect((export as? Export)?.output == "x")
    }

    @Test("Other commands read the variables of their own flags, and ignore those of others")
    func commands() throws {
        let environment = [
            "ALGOLIA_EXPORTER_STORAGE_PATH": "x.db", "ALGOLIA_EXPORTER_WEB_LISTEN_ADDRESS": "nonsense",
            "ALGOLIA_EXPORTER_DRY_RUN": "true",
        ]
        let retain = try #require(try FlagVariables.parse(["db", "retain"], environment) as? DatabaseCommand.Retain)
        #expect(retain.common.storagePath == "x.db" && retain.dryRun)
        let backup = try #require(
            try FlagVariables.parse(["db", "backup", "--", "-file"], environment) as? DatabaseCommand.Backup)
        #expect(backup.common.storagePath == "x.db" && backup.target == "-file")
        let simulate = try FlagVariables.parse(["simulate"], environment) as? Simulate
        #expect(simulate?.listenAddress == .tcp(host: "127.0.0.1", port: 9915))
    }

    @Test("Empty variables and those that Kubernetes sets for a Service mean nothing")
    func ignored() throws {
        let serve = try serve(
            [],
            [
                "ALGOLIA_EXPORTER_LOG_LEVEL": "", "ALGOLIA_EXPORTER_DEMO": "",
                "ALGOLIA_EXPORTER_PORT": "tcp://10.0.0.1:9914",
                "ALGOLIA_EXPORTER_SERVICE_HOST": "10.0.0.1", "ALGOLIA_EXPORTER_SERVICE_PORT_WEB": "9914",
                "ALGOLIA_EXPORTER_PORT_9914_TCP_PROTO": "tcp", "ALGOLIA_EXPORTER_": "x",
                "ALGOLIA_EXPORTER_HELP": "true",
                "ALGOLIA_EXPORTER_VERSION": "1",
            ])
        #expect(serve.collection.common.logging.level == .info && !serve.collection.isDemo)
    }

    @Test("The Python exporter's port is served on every address, unless a flag says otherwise or Kubernetes set it")
    func port() throws {
        func addresses(_ arguments: [String] = [], _ environment: [String: String]) throws -> [ListenAddress] {
            try serve(arguments, environment).web.addresses(environment)
        }
        let usual = [ListenAddress.tcp(host: "127.0.0.1", port: 9914)]
        #expect(try addresses([], [:]) == usual)
        #expect(try addresses([], ["EXPORTER_PORT": "8000"]) == [.tcp(host: "", port: 8000)])
        #expect(try addresses(["--web.listen-address=:1"], ["EXPORTER_PORT": "x"]) == [.tcp(host: "", port: 1)])
        let variables = ["EXPORTER_PORT": "8000", "ALGOLIA_EXPORTER_WEB_LISTEN_ADDRESS": ":2"]
        #expect(try addresses([], variables) == [.tcp(host: "", port: 2)])
        // A Service that is called `exporter`.
        #expect(try addresses([], ["EXPORTER_PORT": "tcp://10.0.0.1:80"]) == usual)
        #expect(try addresses([], ["EXPORTER_PORT": ""]) == usual)
        for wrong in ["0", "65536", "http", "-1", ":8000"] {
            let error = #expect(throws: CommandError.self) { try addresses([], ["EXPORTER_PORT": wrong]) }
            #expect(
                error?.description == "EXPORTER_PORT: \(wrong) is not a port; expected a number from 1 to 65535")
        }
    }

    @Test("A wrong value is an error that names the variable")
    func wrong() {
        for (name, value) in [
            ("LOG_LEVEL", "loud"), ("WEB_LISTEN_ADDRESS", "nowhere"), ("WEB_LISTEN_ADDRESS", ":1,:1"), ("SHARD", "4/3"),
            ("WEB_ROUTE_PREFIX", "a b"), ("DEMO", "perhaps"), ("LOG_ACCESS", "2"),
        ] {
            let text = message([], ["ALGOLIA_EXPORTER_\(name)": value, "ALGOLIA_EXPORTER_LOG_FORMAT": "json"])
            #expect(text.hasPrefix("ALGOLIA_EXPORTER_\(name): "), "\(text)")
            #expect(!text.contains("LOG_FORMAT"), "\(text)")
        }
        let both = message(
            [], ["ALGOLIA_EXPORTER_WEB_SYSTEMD_SOCKET": "true", "ALGOLIA_EXPORTER_WEB_LISTEN_ADDRESS": ":1"])
        #expect(
            both.contains("ALGOLIA_EXPORTER_WEB_SYSTEMD_SOCKET") && both.contains("ALGOLIA_EXPORTER_WEB_LISTEN_ADDRESS")
        )
        #expect(both.contains("exclude each other"))
    }

    @Test("docs/configuration.md lists the variable of every flag of serve, and --help names the rule")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        let flags = FlagVariables.flags(of: Serve.self)
        #expect(flags.count > 10)
        for flag in flags {
            #expect(page.contains("\n| `--\(flag.name)` | `\(flag.variable)` |\n"), "\(flag.name)")
        }
        #expect(page.matches(of: /\n\| `--[a-z0-9.-]+` \| `ALGOLIA_EXPORTER_/).count == flags.count)
        #expect(AlgoliaExporter.helpMessage().contains("ALGOLIA_EXPORTER_LOG_LEVEL"))
        #expect(Set(flags.map(\.variable)).count == flags.count)
    }
}
