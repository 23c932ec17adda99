import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The release binary as a separate process.
final class ReleaseBinary {
    private let process = Process()

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        process.executableURL = Bundle.main.bundleURL.appending(path: "algolia-exporter")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    static var exists: Bool {
        FileManager.default.isExecutableFile(
            atPath: Bundle.main.bundleURL.appending(path: "algolia-exporter").path(percentEncoded: false))
    }

    /// Runs it to its end.
    /// - Returns: seconds it took, and the most bytes that were resident.
    static func run(_ arguments: [String]) throws -> (seconds: Double, peakBytes: Double) {
        let path = Bundle.main.bundleURL.appending(path: "algolia-exporter").path(percentEncoded: false)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let start = ContinuousClock.now
        guard posix_spawn(&child, path, nil, nil, &words, environ) == 0 else { throw POSIXError(.ENOEXEC) }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(child, &status, 0, &usage) == child, status == 0 else { throw Failed(arguments: arguments) }
        let elapsed = ContinuousClock.now - start
        return (
            Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18,
            Double(usage.ru_maxrss) * 1024
        )
    }

    struct Failed: Error { var arguments: [String] }

    var residentBytes: Double { residentMemory(process.processIdentifier) }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

/// A port of loopback that nobody listens on.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
        }
    }
    guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Waits until `url` answers 200 and `isDone` likes the body, looking every few milliseconds.
func waitFor(_ url: String, seconds: Double, _ isDone: (String) -> Bool = { _ in true }) async throws {
    let http = HTTPClient(eventLoopGroupProvider: .singleton)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if let response = try? await http.execute(HTTPClientRequest(url: url), timeout: .seconds(5)),
            response.status.code == 200, let body = try? await response.body.collect(upTo: 1 << 26),
            isDone(String(buffer: body))
        {
            return try await http.shutdown()
        }
        try await Task.sleep(for: .milliseconds(2))
    }
    try await http.shutdown()
    throw TimedOut(url: url)
}

struct TimedOut: Error { var url: String }
