import Foundation
import TestSupport

/// A command that `make test` installs.
enum Tool {
    struct Outcome: Sendable {
        var status: Int32
        /// Standard output and standard error.
        var output: String
    }

    /// Runs `command` with `input`. No thread waits for it: it may be asking a server of this process.
    static func run(_ command: String, _ arguments: [String], input: [UInt8] = []) async throws -> Outcome {
        let folder = TemporaryFolder()
        try Data(input).write(to: URL(filePath: folder.file("input")))
        try Data().write(to: URL(filePath: folder.file("output")))
        let output = try FileHandle(forWritingTo: URL(filePath: folder.file("output")))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.file("input")))
        process.standardOutput = output
        process.standardError = output
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { end.yield($0.terminationStatus) }
        try process.run()
        let status = await ends.first { _ in true } ?? -1
        return Outcome(
            status: status, output: try String(contentsOf: URL(filePath: folder.file("output")), encoding: .utf8))
    }
}
