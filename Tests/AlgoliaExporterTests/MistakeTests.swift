import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import AlgoliaExporter

@Suite("Mistakes on the command line")
struct MistakeTests {
    /// The lines on standard error; none when the arguments are right.
    private func lines(_ arguments: [String]) -> [String] {
        do {
            try CommandMistake.check(arguments)
            _ = try AlgoliaExporter.parseAsRoot(arguments)
            return []
        } catch {
            let failure = FailureText(error)
            #expect(failure.status == 64)
            return failure.lines
        }
    }

    @Test(
        "A word that names no command is named, with the command that was probably meant",
        arguments: [
            (["exprot", "--format=csv"], "unknown command 'exprot'; did you mean 'export'?", "algolia-exporter"),
            (["backfil"], "unknown command 'backfil'; did you mean 'backfill'?", "algolia-exporter"),
            (["help", "srve"], "unknown command 'srve'; did you mean 'serve'?", "algolia-exporter"),
            (
                ["db", "inof", "--storage.path=x"], "unknown command 'inof'; did you mean 'info'?",
                "algolia-exporter db"
            ),
            (
                ["db", "drop"],
                "unknown command 'drop'; expected info, verify, repair, compact, backup, import or retain",
                "algolia-exporter db"
            ),
            (
                ["db"], "missing command; expected info, verify, repair, compact, backup, import or retain",
                "algolia-exporter db"
            ),
        ])
    func command(arguments: [String], error: String, command: String) {
        #expect(
            lines(arguments) == [
                "error: \(error)", "Usage: \(command) <command>", "Run '\(command) --help' for more information.",
            ])
    }

    // Fault (Secrets): A password or a key on the command line, or in a variable of a flag
    // Done: as a URL's user, as a word, as an option, as a value
    // Seen: the error does not repeat it
    // Lost: nothing
    @Test(
        "What may be a key or a password is not repeated",
        arguments: [
            ["health", "http://alice:0123456789abcdef0123@:"], ["serve", "0123456789abcdef0123456789abcdef"],
            ["serve", "--0123456789abcdef0123456789abcdef"], ["db", "0123456789abcdef0123456789abcdef"],
            ["serve", "--log.level=0123456789abcdef0123456789abcdef"],
            ["serve", "--web.external-url=http://alice:0123456789abcdef0123456789abcdef@h"],
        ])
    func secrets(arguments: [String]) {
        let lines = lines(arguments)
        #expect(!lines.contains { $0.contains("0123456789abcdef0123") }, "\(lines)")
        let failure = FailureText(CommandError("no response from http://alice:s3cret@127.0.0.1:1/health: refused"))
        #expect(failure.lines == ["error: no response from http://***@127.0.0.1:1/health: refused"])
    }

    @Test("The name of a variable at the start of an error is as it is written")
    func variable() {
        #expect(FailureText.plain("ALGOLIA_EXPORTER_X: no") == "ALGOLIA_EXPORTER_X: no")
        #expect(FailureText.plain("Unknown option '--x'") == "unknown option '--x'")
    }

    @Test("Help, options of the default command and nothing at all are no mistakes")
    func right() throws {
        for arguments in [[], ["help"], ["help", "db"], ["help", "db", "info"], ["--demo"], ["db", "--help"]] {
            try CommandMistake.check(arguments)
        }
    }

    @Test(
        "A wrong option or value is one line that says what is accepted, then the usage and where the help is",
        arguments: [
            (["serve", "--demmo"], "unknown option '--demmo'; did you mean '--demo'?", "serve [options]"),
            (["check", "-x"], "unknown option '-x'", "check [options]"),
            (["serve", "extra"], "unexpected argument 'extra'", "serve [options]"),
            (["report", "a", "b"], "2 unexpected arguments: 'a', 'b'", "report [options]"),
            (["check", "--config.file"], "missing value for --config.file", "check [options]"),
            (["db", "backup"], "missing expected argument '<target>'", "db backup <target> [options]"),
            (
                ["serve", "--log.level=loud"],
                "the value 'loud' is invalid for --log.level; expected 'debug', 'info', 'warn', 'warning' or 'error'",
                "serve [options]"
            ),
            (
                ["backfill", "--shard=4/3"],
                "the value '4/3' is invalid for --shard; expected number/count, such as 1/3, of at most 10000",
                "backfill [options]"
            ),
            (
                ["report", "--format=pdf"],
                "the value 'pdf' is invalid for --format; expected html, markdown, json or csv", "report [options]"
            ),
            (
                ["simulate", "--requests-per-minute=99999999999999999999"],
                "the value '99999999999999999999' is invalid for --requests-per-minute; expected a whole number from 1 to 1000000",
                "simulate [options]"
            ),
            (
                ["simulate", "--fault=500:nan"],
                "the value '500:nan' is invalid for --fault; expected KIND or KIND:PROBABILITY, such as 500:0.1",
                "simulate [options]"
            ),
            (
                ["simulate", "--old-ranges=500"],
                "the value '500' is invalid for --old-ranges; expected clip, or a status from 400 to 499",
                "simulate [options]"
            ),
            (
                ["health", "nonsense"],
                "the value 'nonsense' is invalid for '<url>'; expected a URL such as http://127.0.0.1:9914, or unix:/path",
                "health [<url>] [options]"
            ),
        ])
    func option(arguments: [String], error: String, usage: String) {
        let command = arguments.prefix(arguments[0] == "db" ? 2 : 1).joined(separator: " ")
        #expect(
            lines(arguments) == [
                "error: \(error)", "Usage: algolia-exporter \(usage)",
                "Run 'algolia-exporter \(command) --help' for more information.",
            ])
    }

    @Test("What ends a command is one line that begins with `error: `, for each problem")
    func endings() async throws {
        let folder = TemporaryFolder()
        let status = try await Program.run(
            script: """
                cd "$1"; unset ALGOLIA_APPLICATION_ID ALGOLIA_USAGE_API_KEY
                tried() { "$0" "${@:2}" 2> "$1"; }
                tried database db info --storage.path absent.db; [ $? = 1 ] || exit 2
                printf 'polling: { interval: soon }\\nbackfil: {}\\napplications: [{ id: A, usage_api_key: k }]\\n' > two.yml
                tried settings serve --config.file two.yml; [ $? = 1 ] || exit 3
                tried json serve --config.file two.yml --log.format json; [ $? = 1 ] || exit 4
                tried health health http://127.0.0.1:1; [ $? = 1 ] || exit 5
                tried bytes check $'--config.file=\\xff.yml'; [ $? = 64 ] || exit 6
                "$0" --help > /dev/full 2> full; [ $? = 1 ] || exit 7
                """, in: folder)
        #expect(status == 0)
        #expect(
            folder.text("database")
                == "error: database absent.db does not exist; expected one that serve or backfill has created\n")
        let settings = folder.text("settings").split(separator: "\n")
        #expect(settings.count == 2)
        #expect(settings[0].hasPrefix("error: two.yml:1:22: polling.interval: \"soon\" is not a duration; expected"))
        #expect(settings[1].hasPrefix("error: two.yml:2:1: unknown key \"backfil\"; expected"))
        let json = folder.text("json").split(separator: "\n")
        #expect(json.count == 2)
        #expect(json.allSatisfy { $0.contains(#""level":"error","msg":"two.yml:"#) }, "\(json)")
        #expect(folder.text("health") == "error: no response from http://127.0.0.1:1/health: connection refused\n")
        #expect(folder.text("bytes").hasPrefix("error: argument 2 is not UTF-8: '--config.file=\u{FFFD}.yml'"))
        #expect(folder.text("full") == "error: cannot write to standard output: no space left on device\n")
    }

    @Test("A port that is in use is named by serve and by simulate")
    func portInUse() async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            for command in ["simulate", "serve --demo --storage.path '\(folder.file("other.db"))'"] {
                let outcome = try await Tool.run(
                    "bash",
                    [
                        "-c", "\"$0\" \(command) --web.listen-address 127.0.0.1:\(port)",
                        Program.path("algolia-exporter"),
                    ])
                #expect(outcome.status == 1)
                let error = "error: cannot listen on 127.0.0.1:\(port): address already in use"
                #expect(outcome.output.split(separator: "\n").last.map(String.init) == error, "\(outcome.output)")
            }
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }
}
