private import Foundation
internal import NIOCore
internal import NIOPosix
private import Transport
public import UsageModel

/// An address that the server cannot listen on.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    public let address: ListenAddress
    public let reason: String

    public var description: String { "cannot listen on \(address): \(reason)" }

    /// - Parameter error: of NIO.
    public init(_ address: ListenAddress, _ error: any Error) {
        self.address = address
        switch error {
        case let error as IOError: reason = SystemError.text(error.errnoCode)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            reason = "host not found; expected an address of this machine"
        default: reason = "\(error)"
        }
    }

    init(_ address: ListenAddress, reason: String) {
        self.address = address
        self.reason = reason
    }
}

/// A socket that accepts connections.
struct ListeningSocket: Sendable {
    /// A file, whatever its name becomes.
    struct FileIdentity: Hashable {
        var device: Int
        var number: Int
    }

    /// Who may connect through the file system: owner and group.
    private static let mode: mode_t = 0o660

    let channel: any Channel
    /// The address as it was bound, with the port that the system chose.
    let address: ListenAddress
    private let file: FileIdentity?

    /// - Throws: ``ListenError``.
    init(_ address: ListenAddress, _ bootstrap: ServerBootstrap) async throws {
        do {
            switch address {
            case .tcp("", let port): channel = try await Self.bindAll(port, bootstrap)
            case .tcp(let host, let port): channel = try await bootstrap.bind(host: host, port: port).get()
            case .unix(let path):
                try Self.removeStale(path, address)
                channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
            case .descriptor(let number): channel = try await bootstrap.withBoundSocket(number).get()
            }
        } catch let error as ListenError {
            throw error
        } catch {
            throw ListenError(address, error)
        }
        switch address {
        case .tcp(let host, let port):
            let isEveryIPv4 = host.isEmpty && channel.localAddress?.protocol == .inet
            self.address = .tcp(
                host: isEveryIPv4 ? "0.0.0.0" : host.isEmpty ? "::" : host, port: channel.localAddress?.port ?? port)
            file = nil
        case .unix(let path):
            chmod(path, Self.mode)
            self.address = address
            file = Self.identity(path)
        case .descriptor:
            self.address = Self.bound(channel.localAddress) ?? address
            file = nil
        }
    }

    /// IPv6 and IPv4 through one socket; IPv4 alone on a machine without IPv6.
    private static func bindAll(_ port: Int, _ bootstrap: ServerBootstrap) async throws -> any Channel {
        do {
            return
                try await bootstrap
                .serverChannelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
                .bind(host: "::", port: port).get()
        } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL, EPROTONOSUPPORT].contains(error.errnoCode) {
            return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
        }
    }

    /// Removes the socket file of a process that ended without doing so.
    private static func removeStale(_ path: String, _ address: ListenAddress) throws(ListenError) {
        guard let file = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard file[.type] as? FileAttributeType == .typeSocket else {
            throw ListenError(address, reason: "the file exists and is not a socket; remove it or choose another path")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix(ListenAddress.longestPath)) }
        let connected = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected != 0, errno == ECONNREFUSED else {
            throw ListenError(address, reason: "another process listens there; stop it or choose another path")
        }
        unlink(path)
    }

    /// Removes the file of a socket, unless another process has replaced it.
    func removeFile() {
        guard case .unix(let path) = address, let file, Self.identity(path) == file else { return }
        unlink(path)
    }

    private static func identity(_ path: String) -> FileIdentity? {
        guard let file = try? FileManager.default.attributesOfItem(atPath: path),
            let device = file[.systemNumber] as? Int, let number = file[.systemFileNumber] as? Int
        else { return nil }
        return FileIdentity(device: device, number: number)
    }

    /// Who can reach a socket.
    enum Reach {
        case fileSystem, loopback, others
    }

    /// Who can reach the listening socket of a descriptor.
    static func reach(of descriptor: Int32) -> Reach {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard status == 0 else { return .others }
        let family = Int32(storage.ss_family)
        return withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_UNIX: .fileSystem
            case AF_INET: bytes[4] == 127 ? .loopback : .others
            case AF_INET6: bytes[8..<24].elementsEqual([UInt8](repeating: 0, count: 15) + [1]) ? .loopback : .others
            default: .others
            }
        }
    }

    private static func bound(_ address: SocketAddress?) -> ListenAddress? {
        switch address {
        case .v4?, .v6?: address.flatMap { .tcp(host: $0.ipAddress ?? "", port: $0.port ?? 0) }
        case .unixDomainSocket?: address?.pathname.map { .unix(path: $0) }
        case nil: nil
        }
    }
}
