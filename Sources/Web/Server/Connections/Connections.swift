internal import CoreMetrics
internal import HummingbirdCore
internal import Logging
internal import NIOCore
private import Synchronization

/// The open connections of the server, and what happens when there are too many.
///
/// 1. A connection beyond the limit takes the place of the one that has been idle for the longest.
/// 2. While none is idle, new ones wait in the system's queue; the first that becomes idle makes room.
final class Connections: Sendable {
    /// An event of a connection, for the log.
    enum Event: Hashable {
        case full, allBusy, slowReader, slowRequest, outOfDescriptors, refusedClient, failedHandshake,
            slowStream, slowStreamRequest, noPlace, brokenConnection
    }

    /// How each event is counted in ``HTTPMetric/rejections``; those that refuse nobody are not.
    private static let reasons: [Event: HTTPMetric.Rejection] = [
        .full: .room, .slowReader: .slowReader, .slowRequest: .slowRequest, .outOfDescriptors: .descriptors,
        .refusedClient: .certificate, .failedHandshake: .handshake, .slowStream: .slowReader,
        .slowStreamRequest: .slowRequest, .noPlace: .streams, .brokenConnection: .protocol,
    ]

    /// Connections that may be open beyond the limit while others are being closed for them.
    private static let slack = 8
    /// Between two log lines about the same.
    private static let warningInterval = TimeAmount.minutes(10)

    fileprivate struct Entry {
        var channel: any Channel
        /// Nil while a request is being read or answered.
        var idleSince: NIODeadline?
    }

    fileprivate struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        /// Closed to make room, but not gone yet.
        var leaving: Set<ObjectIdentifier> = []
        /// Accepted and not gone.
        var open = 0
        /// Whether new connections wait for room.
        var isFull = false
        var isStopping = false
        /// Requests over HTTP/2 that are worked on beside the first of their connections.
        var places = 0
        var warned: [Event: NIODeadline] = [:]
    }

    let limits: ConnectionLimits
    private let rejections: Rejections
    private let logger: Logger
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits, rejections: Rejections, logger: Logger) {
        self.limits = limits
        self.rejections = rejections
        self.logger = logger
    }

    // MARK: Each connection

    /// Called when a connection is set up, on its event loop, and when its protocol is agreed on.
    /// - Returns: when it was opened, while there was no request.
    @discardableResult
    func add(_ channel: any Channel) -> NIODeadline {
        let (opened, isStopping) = state.withLock { state in
            let id = ObjectIdentifier(channel)
            let opened = state.entries[id]?.idleSince ?? .now()
            if !state.leaving.contains(id) { state.entries[id] = Entry(channel: channel, idleSince: opened) }
            return (opened, state.isStopping)
        }
        if isStopping { channel.close(promise: nil) }
        return opened
    }

    func remove(_ channel: any Channel) {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)] = nil
            state.leaving.remove(ObjectIdentifier(channel))
        }
    }

    func setBusy(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.idleSince = nil }
    }

    func setIdle(_ channel: any Channel) {
        let evicted = state.withLock { state -> (any Channel)? in
            state.entries[ObjectIdentifier(channel)]?.idleSince = .now()
            return state.isFull ? state.evict() : nil
        }
        evicted?.close(promise: nil)
    }

    /// Lets one more request be worked on beside another of the same connection, unless too many are.
    func takePlace() -> Bool {
        let isFree = state.withLock { state in
            guard state.places < limits.maximum else { return false }
            state.places += 1
            return true
        }
        if !isFree {
            warn(
                .noPlace,
                "\(limits.maximum) requests over HTTP/2 are being answered beside others of their connections; refusing more"
            )
        }
        return isFree
    }

    func freePlace() { state.withLock { $0.places -= 1 } }

    /// Closes every connection that is still open after `limits.shutdown` seconds.
    func stop(on eventLoop: any EventLoop) {
        eventLoop.scheduleTask(in: .seconds(limits.shutdown)) { [self] in
            closeAll()
        }
    }

    /// Closes every connection, and those that come later.
    func closeAll() {
        let channels = state.withLock { state in
            state.isStopping = true
            return state.entries.values.map(\.channel)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    // MARK: Accepting

    fileprivate func opened() {
        let (isOver, evicted) = state.withLock { state -> (Bool, (any Channel)?) in
            state.open += 1
            guard state.open - state.leaving.count > limits.maximum else { return (false, nil) }
            return (true, state.evict())
        }
        if isOver, evicted != nil {
            warn(
                .full,
                "all \(limits.maximum) HTTP connections are in use; closing the longest idle ones to accept new ones")
        }
        evicted?.close(promise: nil)
    }

    fileprivate func closed() {
        state.withLock { state in
            state.open -= 1
            if state.open < limits.maximum + Self.slack { state.isFull = false }
        }
    }

    /// Closes the connection that has been idle for the longest.
    /// - Returns: its end; nil when none is idle.
    func makeRoom() -> EventLoopFuture<Void>? {
        guard let evicted = state.withLock({ $0.evict() }) else { return nil }
        evicted.close(promise: nil)
        return evicted.closeFuture
    }

    fileprivate var accepts: Bool {
        let (accepts, evicted, isBusy) = state.withLock { state -> (Bool, (any Channel)?, Bool) in
            state.isFull = state.open >= limits.maximum + Self.slack
            guard state.isFull, state.leaving.isEmpty else { return (!state.isFull, nil, false) }
            let evicted = state.evict()
            return (false, evicted, evicted == nil)
        }
        evicted?.close(promise: nil)
        if isBusy {
            warn(
                .allBusy, "all \(limits.maximum) HTTP connections are busy; new ones wait until one becomes idle")
        }
        return accepts
    }

    /// Whether the client of a connection has read too little of its answers within the last window, which is then logged.
    /// - Parameters:
    ///   - sent: the bytes for it since the beginning.
    ///   - waiting: the bytes of these that it has not read.
    func isTooSlow(
        _ pace: inout ReadingPace, sent: Int, waiting: Int, now: NIODeadline, _ limits: ConnectionLimits
    ) -> Bool {
        guard pace.isTooSlow(read: sent - waiting, isWaiting: waiting > 0, now: now, limits) else { return false }
        warn(
            .slowReader,
            "a client read fewer than \(limits.bytesPerWindow) bytes of its response in \(limits.window) s; closed its connection"
        )
        return true
    }

    /// Counts a request that is refused before anyone looks at what it asks for.
    func refused(_ fault: HeadFault) { rejections.count(fault.rejection) }

    // MARK: Log

    /// Counts an event, and logs a warning unless the same was logged within the last minutes.
    func warn(_ event: Event, _ text: @autoclosure () -> String) {
        if let reason = Self.reasons[event] { rejections.count(reason) }
        let isDue = state.withLock { state in
            if let last = state.warned[event], .now() - last < Self.warningInterval { return false }
            state.warned[event] = .now()
            return true
        }
        if isDue { logger.warning("\(text())") }
    }
}

extension Connections.State {
    /// Takes out the connection that has been idle for the longest; nil when none is idle.
    fileprivate mutating func evict() -> (any Channel)? {
        let idle = entries.lazy.compactMap { id, entry in entry.idleSince.map { (id, $0) } }
        guard let (id, _) = idle.min(by: { $0.1 < $1.1 }), let entry = entries.removeValue(forKey: id) else {
            return nil
        }
        leaving.insert(id)
        return entry.channel
    }
}

/// Lets the server ask ``Connections`` before it accepts.
struct AcceptedConnections: AvailableConnectionsDelegate {
    let connections: Connections

    mutating func connectionOpened() { connections.opened() }
    mutating func connectionClosed() { connections.closed() }
    func isAcceptingNewConnections() -> Bool { connections.accepts }
}

extension TimeAmount {
    /// To the millisecond.
    static func seconds(_ seconds: Double) -> TimeAmount { .milliseconds(Int64(seconds * 1000)) }
}
