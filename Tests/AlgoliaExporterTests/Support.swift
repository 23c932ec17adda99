import Foundation
import TestSupport
import Testing

/// A script that becomes `serve` with a history in the folder. Its vendor cannot be reached, so that the program does
/// nothing but what the test makes it do.
func serving(_ options: String = "", log: String = "2>\"$1/log\"", before: String = "") -> String {
    let vendor = "{usage: http://127.0.0.1:1, monitoring: http://127.0.0.1:1, search: http://127.0.0.1:1}"
    return """
        [ -e "$1/exporter.yml" ] || cat > "$1/exporter.yml" <<'END'
        applications: [{id: APP, usage_api_key: key}]
        endpoints: \(vendor)
        END
        \(before)
        exec "$0" serve --config.file "$1/exporter.yml" --web.listen-address 127.0.0.1:0 --storage.path "$1/history.db" \(options) \(log)
        """
}

/// How long the program takes to end, from SIGTERM on, when nothing keeps it: the time that this machine takes for it now.
func undisturbedEnd() async throws -> Duration {
    let folder = TemporaryFolder()
    let (status, start) = try await Program.run(script: serving(), in: folder) { program in
        _ = try await folder.port()
        program.send(SIGTERM)
        return ContinuousClock.now
    }
    let end = ContinuousClock.now
    guard status == 0 else { throw Missing(what: "an undisturbed end") }
    return end - start
}

/// Waits for an event that another process brings about.
/// - Throws: when it did not come within ten minutes, which busy machines do not take.
func eventually<Value>(_ what: String, _ look: () async throws -> Value?) async throws -> Value {
    let end = ContinuousClock.now + .seconds(600)
    while ContinuousClock.now < end {
        if let value = try await look() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Missing(what: what)
}

/// What did not come.
struct Missing: Error { var what: String }

extension TemporaryFolder {
    func text(_ name: String) -> String { (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? "" }

    /// The port that the log names once requests are accepted.
    func port(_ log: String = "log") async throws -> Int {
        try await eventually("listening") { Self.port(in: text(log)) }
    }

    static func port(in text: String) -> Int? {
        guard let match = text.firstMatch(of: /listening on https?:\/\/127\.0\.0\.1:([0-9]+)\//) else { return nil }
        return Int(match.1)
    }
}

/// One connection of a client that does as it likes.
final class Peer: Sendable {
    private let socket: Int32

    /// - Parameter receiveBuffer: bytes that the system keeps for this client.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var patience = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Missing(what: "a connection: \(String(cString: strerror(errno)))") }
    }

    deinit { close(socket) }

    func send(_ text: String) {
        _ = text.withCString { Foundation.send(socket, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }

    /// What comes next, up to so many bytes; empty at the end.
    func receive(_ count: Int = 65_536) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(socket, &bytes, count, 0)
        return String(decoding: bytes.prefix(max(0, received)), as: UTF8.self)
    }

    /// The whole answer to a request that asks to close the connection.
    func get(_ path: String) -> String {
        send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        var answer = ""
        while case let part = receive(), !part.isEmpty { answer += part }
        return answer
    }
}

/// The value of a metric without labels.
func value(_ name: String, in page: String) -> Double? {
    page.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name) ") }.flatMap {
        Double($0.dropFirst(name.count + 1))
    }
}
