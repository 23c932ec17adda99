import ArgumentParser
import Foundation
import NIOCore
import Output

/// `host:port`, `:port` for every interface, `[::1]:port`.
struct ListenAddress: CustomStringConvertible {
    var host: String
    /// 0 for any that is free.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Throws: `ValidationError` that says what is expected.
    @Sendable init(argument: String) throws {
        let error = ValidationError("expected host:port, :port or [IPv6]:port, such as 127.0.0.1:9914")
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { throw error }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw error
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: Int(port))
    }

    var description: String { "\(urlHost):\(port)" }

    /// The host as a URL spells it.
    var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Names the address when `error` is about listening on it.
    static func explain(_ error: any Error, _ address: ListenAddress) -> any Error {
        let reason: String
        switch error {
        case let error as IOError: reason = SystemError.text(error.errnoCode)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            reason = "host not found; expected an address of this machine"
        default: return error
        }
        return CommandError("cannot listen on \(address): \(reason)")
    }
}
