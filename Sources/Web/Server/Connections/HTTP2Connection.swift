internal import NIOCore
internal import NIOHTTP2
private import NIOSSL

/// One request of a connection of HTTP/2 and its answer, as the limits of time see them.
final class HTTP2Exchange {
    fileprivate let id: HTTP2StreamID
    fileprivate let channel: any Channel
    /// Nil for a request that is refused, and for one on which the work has ended.
    fileprivate(set) var place: HTTP2Connection.Place?
    /// When the client must have sent the whole request.
    fileprivate let deadline: NIODeadline
    /// Whether the request has not come completely.
    var isReading = true
    /// Bytes of the answer, without its head.
    var written = 0
    /// The part of them that the client's windows have let through.
    fileprivate var sent = 0
    fileprivate var pace = ReadingPace()

    fileprivate init(
        _ id: HTTP2StreamID, _ channel: any Channel, place: HTTP2Connection.Place?, deadline: NIODeadline
    ) {
        self.id = id
        self.channel = channel
        self.place = place
        self.deadline = deadline
    }
}

@available(*, unavailable)
extension HTTP2Exchange: Sendable {}

/// Keeps one connection of HTTP/2 within the limits of time and number, as ``ConnectionHandler`` does for HTTP/1: for
/// its first request, for each request's body, between requests, for reading each answer, and for all requests that
/// are worked on.
///
/// It is idle while it has no stream. Frames that cost much and mean little are counted by the library.
final class HTTP2Connection: ChannelDuplexHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// The right to have a request worked on.
    enum Place {
        /// Each connection has one, as in HTTP/1.
        case own
        /// One of those that all connections share.
        case shared
    }

    private let connections: Connections
    private var exchanges: [HTTP2StreamID: HTTP2Exchange] = [:]
    private var newest = HTTP2StreamID.rootStream
    private var isOwnPlaceTaken = false
    /// Requests that are worked on, also for clients that have reset them.
    private var places = 0
    /// When the client must have opened the next stream; does not count while there is one.
    private var deadline = NIODeadline.now()
    /// Bytes of answers, without their heads.
    private var sent = 0
    private var pace = ReadingPace()
    /// Whether the client knows which streams are the last.
    private var hasSaidGoodbye = false
    /// Whether the connection ends because of what the client has sent.
    private var isBroken = false
    /// Whether the client sends nothing more.
    private var isInputClosed = false
    private var check: Scheduled<Void>?

    private var limits: ConnectionLimits { connections.limits }

    init(_ connections: Connections) { self.connections = connections }

    /// Counts a request that is refused before anyone looks at what it asks for.
    func refused(_ fault: HeadFault) { connections.refused(fault) }

    // MARK: Streams

    /// Called when a stream is opened.
    func begin(_ channel: any Channel) throws -> HTTP2Exchange {
        guard let options = channel.syncOptions else { throw ChannelError.operationUnsupported }
        let id = try options.getOption(HTTP2StreamChannelOptions.streamID)
        let exchange = HTTP2Exchange(id, channel, place: take(), deadline: .now() + .seconds(limits.request))
        exchanges[id] = exchange
        newest = max(newest, id)
        if let parent = channel.parent { connections.setBusy(parent) }
        return exchange
    }

    /// Called when the client's system has taken the whole answer, or the stream was reset.
    func end(_ exchange: HTTP2Exchange) {
        guard exchanges.removeValue(forKey: exchange.id) != nil, exchanges.isEmpty else { return }
        deadline = .now() + .seconds(limits.idle)
        guard let parent = exchange.channel.parent, parent.isActive else { return }
        connections.setIdle(parent)
        if isInputClosed { parent.close(promise: nil) }
    }

    private func take() -> Place? {
        guard places < limits.streams else { return nil }
        guard isOwnPlaceTaken else {
            isOwnPlaceTaken = true
            places += 1
            return .own
        }
        guard connections.takePlace() else { return nil }
        places += 1
        return .shared
    }

    /// Called when the answer is sent, and when nothing works for a request any more: for one that was reset, that may
    /// be long after its client has gone.
    func free(_ exchange: HTTP2Exchange) {
        guard let place = exchange.place else { return }
        exchange.place = nil
        places -= 1
        switch place {
        case .own: isOwnPlaceTaken = false
        case .shared: connections.freePlace()
        }
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = connections.add(context.channel) + .seconds(limits.firstRequest)
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    private func end(_ context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        connections.remove(context.channel)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            if exchanges.isEmpty { leave(context) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .data(let data):
            sent += data.data.readableBytes
            exchanges[frame.streamID]?.sent += data.data.readableBytes
        case .goAway(let last, let code, _):
            if last != .maxID { hasSaidGoodbye = true }
            if code != .noError { isBroken = true }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isBroken {
            // The library has told the client, but goes on reading.
            connections.warn(
                .brokenConnection,
                "a client sent what HTTP/2 or a limit of it forbids (\(type(of: error))); closed its connection")
            cut(context)
        }
        context.fireErrorCaught(error)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { sayGoodbye(context) }
        context.close(mode: mode, promise: promise)
    }

    private func leave(_ context: ChannelHandlerContext) {
        sayGoodbye(context)
        context.close(promise: nil)
    }

    /// Ends the connection without waiting for the end of TLS, during which it would still be read.
    private func cut(_ context: ChannelHandlerContext) {
        let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        (tls ?? context).close(promise: nil)
    }

    /// Tells the client which of its requests are not answered, and may be sent again elsewhere.
    private func sayGoodbye(_ context: ChannelHandlerContext) {
        guard !hasSaidGoodbye, !isBroken, context.channel.isActive else { return }
        let goodbye = HTTP2Frame(
            streamID: .rootStream, payload: .goAway(lastStreamID: newest, errorCode: .noError, opaqueData: nil))
        context.writeAndFlush(wrapOutboundOut(goodbye), promise: nil)
    }

    // MARK: Time

    private func schedule(_ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(limits.window / 2)) {
            self.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if connections.isTooSlow(&pace, sent: sent, waiting: waiting, now: now, limits) {
            return cut(context)
        }
        for exchange in Array(exchanges.values) { look(exchange, now) }
        if exchanges.isEmpty, waiting == 0, now >= deadline { return leave(context) }
        schedule(context)
    }

    private func look(_ exchange: HTTP2Exchange, _ now: NIODeadline) {
        let isWaiting = exchange.written > exchange.sent
        if exchange.pace.isTooSlow(read: exchange.sent, isWaiting: isWaiting, now: now, limits) {
            connections.warn(
                .slowStream,
                "a client read fewer than \(limits.bytesPerWindow) bytes of a response over HTTP/2 in \(limits.window) s; reset its stream"
            )
            exchange.channel.close(promise: nil)
        } else if exchange.isReading, !isWaiting, now >= exchange.deadline {
            connections.warn(
                .slowStreamRequest,
                "a client did not send a whole request over HTTP/2 within \(limits.request) s; reset its stream")
            exchange.channel.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension HTTP2Connection: Sendable {}
