private import Foundation
internal import Subprocess

/// A command that `make test` installs.
///
/// Not by Foundation's `Process`: tests run in parallel, and it was seen to crash when many start at once.
public enum Tool {
    public struct Outcome: Sendable {
        public var status: Int32
        /// Standard output and standard error.
        public var output: String
    }

    /// Runs `command` with `input`. No thread waits for it: it may be asking a server of this process.
    public static func run(_ command: String, _ arguments: [String], input: [UInt8] = []) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name(command), arguments: Arguments(arguments), input: .array(input), output: .string(limit: 1 << 26),
            error: .combinedWithOutput)
        return Outcome(status: result.terminationStatus.code, output: result.standardOutput)
    }

    /// How a program ended that ``runProgram(at:_:killedAfter:)`` ran.
    public enum End: Equatable, Sendable {
        case killed
        case exited(Int32)
    }

    /// Runs the program at `path`, and kills it after `delay` seconds unless it has ended by then.
    ///
    /// `timeout` measures the delay: a task of this process that sleeps may wake up late, when other tests keep all
    /// threads busy.
    public static func runProgram(
        at path: String, _ arguments: [String], killedAfter delay: Double? = nil
    ) async throws -> End {
        // `env` becomes the program; a path need not be looked for.
        var command = ["env", path] + arguments
        if let delay { command = ["timeout", "--foreground", "--signal=KILL", "\(delay)"] + command }
        let result = try await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst())), input: .none, output: .discarded,
            error: .discarded)
        let code = result.terminationStatus.code
        return code == Self.killedStatus || code == -9 ? .killed : .exited(code)
    }

    /// The exit status of `timeout` after SIGKILL.
    private static let killedStatus: Int32 = 128 + 9

    /// Whether `command` is on the search path. A test that needs one which is not is skipped.
    public static func isInstalled(_ command: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(command)")
        }
    }

    /// A certificate for `localhost` that its own key has signed.
    public static func selfSignedCertificate(
        _ folder: TemporaryFolder, name: String = "cert"
    ) async throws -> (certificate: String, key: String) {
        let (certificate, key) = (folder.file("\(name).pem"), folder.file("\(name).key"))
        let outcome = try await run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
            ])
        guard outcome.status == 0 else { throw Failure(output: outcome.output) }
        return (certificate, key)
    }

    /// A certificate for `host`, and the certificate authority that signed it.
    public static func signedCertificate(
        _ folder: TemporaryFolder, host: String
    ) async throws -> (authority: String, certificate: String, key: String) {
        let (authority, authorityKey) = (folder.file("\(host)-ca.pem"), folder.file("\(host)-ca.key"))
        let (certificate, key) = (folder.file("\(host).pem"), folder.file("\(host).key"))
        let new = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        ]
        for arguments in [
            ["/CN=Authority of \(host)", "-keyout", authorityKey, "-out", authority],
            [
                "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-addext", "basicConstraints=critical,CA:FALSE",
                "-CA", authority, "-CAkey", authorityKey, "-keyout", key, "-out", certificate,
            ],
        ] {
            let outcome = try await run("openssl", new + arguments)
            guard outcome.status == 0 else { throw Failure(output: outcome.output) }
        }
        return (authority, certificate, key)
    }

    /// A command failed, with what it said.
    public struct Failure: Error {
        public var output: String
    }
}

extension TerminationStatus {
    /// The exit code, or the signal's number, negative.
    var code: Int32 {
        switch self {
        case .exited(let code): Int32(code)
        case .signaled(let signal): -Int32(signal)
        }
    }
}
