internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOHTTPTypes
private import NIOHTTPTypesHTTP2
internal import UsageModel

/// The rules of HTTP/2 for a request and its answer (RFC 9113, chapter 8) that its library leaves open: `Host` beside
/// `:authority`, the form of the target, `Expect`, fields of HTTP/1 in answers, answers to `HEAD` and those that come
/// before the end of the request.
final class HTTP2Rules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Fields that belong to a connection of HTTP/1.
    private static let forbidden = ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"]
        .compactMap { HTTPField.Name($0) }

    private let exchange: HTTP2Exchange
    private let connection: HTTP2Connection
    private let headers: @Sendable () -> [WebSecurity.Header]
    private var isRefused = false
    private var isHead = false
    /// Whether the end of the answer was written.
    private var isAnswered = false

    /// - Parameter headers: those of every answer, as they are in force.
    init(
        _ exchange: HTTP2Exchange, _ connection: HTTP2Connection,
        headers: @escaping @Sendable () -> [WebSecurity.Header]
    ) {
        self.exchange = exchange
        self.connection = connection
        self.headers = headers
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isAnswered { connection.end(exchange) }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            // The client may send it again: nothing has looked at it.
            guard exchange.place != nil else { return reset(.refusedStream, context) }
            isHead = head.method == .head
            do throws(HeadFault) {
                try HeadFault.check(&head)
            } catch {
                return refuse(error, context)
            }
            if head.headerFields[.expect] != nil, HeadFault.fits(head) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: context.fireChannelRead(data)
        case .end:
            exchange.isReading = false
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What HTTP/2 allows in a field, HTTP does not in every one.
        if !(error is NIOHTTP2Errors.StreamClosed), !isRefused { reset(.protocolError, context) }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            for name in Self.forbidden { head.headerFields[name] = nil }
            for header in headers() {
                if let name = HTTPField.Name(header.name) { head.headerFields[name] = header.value }
            }
            // A client chooses how much is kept for it of fields that are indexed, without any limit.
            head.headerFields = HTTPFields(
                head.headerFields.map { field in
                    var field = field
                    field.indexingStrategy = .avoid
                    return field
                })
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where isHead:
            promise?.succeed()
        case .body(let bytes):
            exchange.written += bytes.readableBytes
            context.write(data, promise: promise)
        case .end:
            isAnswered = true
            let promise = promise ?? context.eventLoop.makePromise()
            promise.futureResult.assumeIsolated().whenComplete { _ in self.answered(context) }
            context.write(data, promise: promise)
        }
    }

    /// The client's system has taken the whole answer, or the stream has ended before.
    private func answered(_ context: ChannelHandlerContext) {
        // Tells the client not to send the rest (RFC 9113, section 8.1).
        if exchange.isReading, context.channel.isActive { reset(.noError, context) }
        connection.free(exchange)
        connection.end(exchange)
    }

    private func reset(_ code: NIOHTTP2.HTTP2ErrorCode, _ context: ChannelHandlerContext) {
        isRefused = true
        context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: code), promise: nil)
    }

    private func refuse(_ fault: HeadFault, _ context: ChannelHandlerContext) {
        isRefused = true
        connection.refused(fault)
        let body = Problem.json(code: Int(fault.status.code), title: fault.status.reasonPhrase, fault.detail)
        let fields: HTTPFields = [
            .contentType: "application/problem+json", .contentLength: "\(body.count)", .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
        ]
        let head = HTTPResponse(status: .init(code: Int(fault.status.code)), headerFields: fields)
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
    }
}

@available(*, unavailable)
extension HTTP2Rules: Sendable {}
