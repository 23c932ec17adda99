import Subprocess

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

    /// Runs the program at `path`, and kills it after so many seconds unless it has ended by then.
    /// - Returns: the exit code, or -9 when it was killed.
    public static func runProgram(
        at path: String, _ arguments: [String], killedAfter delay: Double? = nil
    ) async throws
        -> Int32
    {
        // `env` becomes the program; a path need not be looked for.
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments([path] + arguments), input: .none, output: .discarded, error: .discarded
        ) { execution in
            guard let delay else { return }
            try await Task.sleep(for: .seconds(delay))
            // One that has ended already is no failure.
            try? execution.send(signal: .kill)
        }
        return result.terminationStatus.code
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
