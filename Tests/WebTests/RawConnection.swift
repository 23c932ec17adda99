import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP connection that sends what it is told, byte by byte: no client library would.
final class RawConnection: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    private let descriptor: Int32
    private static let queue = DispatchQueue(label: "raw connections", attributes: .concurrent)

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        // An answer that never comes fails the test, and does not keep it for ever.
        var timeout = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    /// Tells the server that nothing more comes.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes until `isEnough`, or until the server closes.
    func receive(until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { [self] in continuation.resume(with: Result { try read(isEnough) }) }
        }
    }

    private func read(_ isEnough: (String) -> Bool) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnough(String(decoding: bytes, as: UTF8.self)) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // Reset by a server that does not read the rest: what came before is the answer.
            if count < 0, errno == ECONNRESET { break }
            guard count >= 0 else { throw Failure(call: "recv", code: errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension WebClient {
    /// Sends these bytes, and returns what comes until the server closes the connection.
    func raw(_ text: String, finishing: Bool = false) async throws -> String {
        let connection = try RawConnection(port: port)
        try connection.send(text)
        if finishing { connection.finish() }
        return try await connection.receive()
    }
}
