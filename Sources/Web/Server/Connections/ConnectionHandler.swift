internal import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes

/// Keeps one connection within the limits of time: for its first request, for a request's body, between
/// requests, and for reading an answer.
///
/// Hummingbird's own idle timeout knows neither clients that read their answer too slowly nor those that send
/// a request byte by byte.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connections: Connections
    /// Requests without a complete answer.
    private var requests = 0
    /// Whether the newest request has not come completely.
    private var isReading = false
    /// When the client must have sent the next thing; does not count while it waits for an answer.
    private var deadline = NIODeadline.now()
    /// Bytes of answers, without their heads.
    private var written = 0
    private var pace = ReadingPace()
    private var check: Scheduled<Void>?

    private var limits: ConnectionLimits { connections.limits }

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = connections.add(context.channel) + .seconds(limits.firstRequest)
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requests += 1
            isReading = true
            deadline = .now() + .seconds(limits.request)
            connections.setBusy(context.channel)
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: break
        case .body(let bytes): written += bytes.readableBytes
        case .end:
            requests -= 1
            let promise = promise ?? context.eventLoop.makePromise()
            promise.futureResult.assumeIsolated().whenComplete { _ in self.answered(context) }
            return context.write(data, promise: promise)
        }
        context.write(data, promise: promise)
    }

    /// The client's system has taken the whole answer.
    private func answered(_ context: ChannelHandlerContext) {
        guard requests == 0, !isReading, check != nil else { return }
        deadline = .now() + .seconds(limits.idle)
        connections.setIdle(context.channel)
    }

    private func end(_ context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        connections.remove(context.channel)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(limits.window / 2)) {
            self.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if connections.isTooSlow(&pace, sent: written, waiting: waiting, now: now, limits) {
            return context.close(promise: nil)
        }
        let isWaiting = waiting > 0 || (requests > 0 && !isReading)
        if !isWaiting, now >= deadline {
            if isReading || (try? context.pipeline.syncOperations.handler(type: ReceivedBytes.self))?.arePending == true
            {
                connections.warn(.slowRequest, "a client did not send the whole request in time; closed its connection")
            }
            return context.close(promise: nil)
        }
        schedule(context)
    }
}
