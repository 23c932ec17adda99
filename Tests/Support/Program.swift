private import Foundation
private import Subprocess
private import Synchronization

/// A program of this package that was built with the tests.
public enum Program {
    /// A program that runs.
    public struct Running: Sendable {
        public let pid: Int32

        public func send(_ signal: Int32) { kill(pid, signal) }
    }

    /// Where the program of this name is.
    public static func path(_ name: String) -> String {
        let beside = CommandLine.arguments[0]
        let folders = [Bundle.main.bundleURL, URL(filePath: beside).deletingLastPathComponent()]
        let paths = folders.map { $0.appending(path: name).path() }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
    }

    /// Runs a script of bash whose `$0` is the program and `$1` a folder. `exec` makes the program the process
    /// that is returned. One that still runs after so many seconds is killed.
    /// - Returns: the exit status, or the signal's number, negative; and what `body` returned.
    @discardableResult
    public static func run<Value: Sendable>(
        _ name: String = "algolia-exporter", script: String, in folder: TemporaryFolder,
        killedAfter limit: Double = 900,
        _ body: (Running) async throws -> Value
    ) async throws -> (status: Int32, value: Value) {
        let clock = Limit()
        defer { clock.stop() }
        let result = try await Subprocess.run(
            .name("bash"), arguments: Arguments(["-c", script, path(name), folder.path]), input: .none,
            output: .discarded, error: .discarded
        ) { execution in
            let running = Running(pid: execution.processIdentifier.value)
            clock.start(running, limit)
            do {
                return try await body(running)
            } catch {
                running.send(SIGKILL)
                throw error
            }
        }
        return (result.terminationStatus.code, result.closureResult)
    }

    /// The same without anything to do meanwhile.
    public static func run(
        _ name: String = "algolia-exporter", script: String, in folder: TemporaryFolder
    ) async throws -> Int32 {
        try await run(name, script: script, in: folder) { _ in }.status
    }
}

/// Kills a program that runs for too long.
private final class Limit: Sendable {
    private let task = Mutex<Task<Void, any Error>?>(nil)

    func start(_ program: Program.Running, _ seconds: Double) {
        task.withLock {
            $0 = Task {
                try await Task.sleep(for: .seconds(seconds))
                program.send(SIGKILL)
            }
        }
    }

    func stop() { task.withLock { $0?.cancel() } }
}
