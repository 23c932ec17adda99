internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import UsageModel

/// The rules of HTTP/1 for a server (RFC 9112) that Hummingbird leaves open: versions, `Host`, the form of the target,
/// transfer codings, `Connection`, `Expect`, answers to `HEAD`, and to requests that cannot be parsed.
///
/// It stands next to the parser, where the version of a request is still known.
final class HTTP1Rules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that is not answered yet.
    private struct Exchange {
        /// Whether it is of HTTP/1.0, which knows no chunks.
        var isOld: Bool
        var isHead: Bool
        /// Whether the connection ends with the answer.
        var closes: Bool
        /// Whether the client waits for leave to send the body.
        var expects: Bool
    }

    /// How long the connection is still read after the last answer, so that a client that is sending can read it.
    private let linger: TimeAmount
    private let headers: @Sendable () -> [WebSecurity.Header]
    private let connections: Connections
    private let received: ReceivedBytes
    /// In the order of their arrival: clients may send several before the first answer.
    private var exchanges: CircularBuffer<Exchange> = []
    /// The answer to send when everything before it is answered; nothing is read after it.
    private var refusal: (fault: HeadFault, isHead: Bool)?
    private var isRefused = false
    /// Whether the body of the newest request has not come completely.
    private var isReading = false
    private var end: Scheduled<Void>?

    /// - Parameters:
    ///   - headers: those of every answer, as they are in force.
    ///   - received: the bytes before the parser.
    init(
        linger: TimeAmount, headers: @escaping @Sendable () -> [WebSecurity.Header], _ connections: Connections,
        _ received: ReceivedBytes
    ) {
        self.linger = linger
        self.headers = headers
        self.connections = connections
        self.received = received
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil, !isRefused else { return }
        guard case .head(var head) = unwrapInboundIn(data) else {
            if case .end = unwrapInboundIn(data) { (isReading, received.arePending) = (false, false) }
            return context.fireChannelRead(data)
        }
        do throws(HeadFault) {
            try HeadFault.check(&head)
        } catch {
            return refuse(error, context, isHead: head.method == .HEAD)
        }
        isReading = true
        let isOld = head.version.minor == 0
        let options = head.headers[canonicalForm: "connection"].map { $0.lowercased() }
        // After a request for another protocol the parser expects that one, whatever the answer is.
        let isLast = head.method == .CONNECT || head.headers.contains(name: "upgrade")
        let closes = isOld || isLast || options.contains("close")
        // Hummingbird knows only this spelling.
        if closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        let expects = !isOld && head.headers.contains(name: "expect") && HeadFault.fits(head)
        exchanges.append(Exchange(isOld: isOld, isHead: head.method == .HEAD, closes: closes, expects: expects))
        continueIfReady(context)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An error within a body concerns the request that is being answered.
        guard let error = error as? HTTPParserError, !isReading else { return context.fireErrorCaught(error) }
        guard refusal == nil, !isRefused else { return }
        refuse(HeadFault(error), context, isHead: false)
    }

    private func refuse(_ fault: HeadFault, _ context: ChannelHandlerContext, isHead: Bool) {
        connections.refused(fault)
        refusal = (fault, isHead)
        refuseIfReady(context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let exchange = exchanges.first else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "close" }) {
                exchanges[exchanges.startIndex].closes = true
            } else if exchange.closes {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            exchanges[exchanges.startIndex].expects = false
            // The encoder then ends a body of unknown length with the connection.
            if exchange.isOld { head.version = .http1_0 }
            for header in headers() { head.headers.replaceOrAdd(name: header.name, value: header.value) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where exchange.isHead:
            promise?.succeed()
        case .body:
            context.write(data, promise: promise)
        case .end:
            finish(exchange, context, data, promise)
        }
    }

    private func finish(
        _ exchange: Exchange, _ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?
    ) {
        exchanges.removeFirst()
        // The end of a chunked body would be taken for the next answer: of a HEAD nothing follows the head.
        let nothing = OutboundOut.body(.byteBuffer(context.channel.allocator.buffer(capacity: 0)))
        context.write(exchange.isHead ? wrapOutboundOut(nothing) : data, promise: promise)
        if exchange.closes {
            isRefused = true
            close(context)
        } else {
            continueIfReady(context)
            refuseIfReady(context)
        }
    }

    /// Tells the client to send the body that it announced, when no other answer is due before.
    private func continueIfReady(_ context: ChannelHandlerContext) {
        guard exchanges.first?.expects == true else { return }
        exchanges[exchanges.startIndex].expects = false
        context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
    }

    private func refuseIfReady(_ context: ChannelHandlerContext) {
        guard let (fault, isHead) = refusal, exchanges.isEmpty, !isRefused else { return }
        isRefused = true
        let body = Problem.json(code: Int(fault.status.code), title: fault.status.reasonPhrase, fault.detail)
        var fields: HTTPHeaders = [
            "Content-Type": "application/problem+json", "Content-Length": "\(body.count)", "Connection": "close",
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        ]
        for header in headers() { fields.replaceOrAdd(name: header.name, value: header.value) }
        context.write(
            wrapOutboundOut(.head(.init(version: .http1_1, status: fault.status, headers: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: isHead ? [] : body)))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        close(context)
    }

    private func close(_ context: ChannelHandlerContext) {
        context.flush()
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        end = channel.eventLoop.scheduleTask(in: linger) { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension HTTP1Rules: Sendable {}

/// Puts ``HTTP1Rules`` where it belongs: Hummingbird takes handlers only for requests without a version.
final class HTTP1RulesInstaller: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let linger: TimeAmount
    private let headers: @Sendable () -> [WebSecurity.Header]
    private let connections: Connections

    init(
        linger: TimeAmount, headers: @escaping @Sendable () -> [WebSecurity.Header], _ connections: Connections
    ) {
        self.linger = linger
        self.headers = headers
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let received = ReceivedBytes()
            try pipeline.addHandler(received, position: .before(parser))
            try pipeline.addHandler(
                HTTP1Rules(linger: linger, headers: headers, connections, received), position: .after(parser))
        } catch {
            context.fireErrorCaught(error)
        }
    }
}

/// Notes whether a connection has bytes of a request that the parser could not end yet: a client that sends a head byte by
/// byte is too slow, one that sends nothing is idle.
final class ReceivedBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Whether anything came after the last whole request.
    var arePending = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arePending = true
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension ReceivedBytes: Sendable {}
