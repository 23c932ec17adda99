internal import NIOCore
internal import NIOHTTP1
internal import Transport
internal import UsageModel

/// One receiver: sends it a request, and says what its answer means.
///
/// Which message it understands is found out, unless it is configured: 2.0 is tried first. A
/// receiver of 2.0 says how many samples it has written. One of 1.0 refuses the message, or takes
/// it for an empty one, because the fields of the two share no number, and says nothing of samples.
struct RemoteWriteReceiver {
    /// The consequence of an answer, or of the lack of one, for what was sent.
    enum Verdict {
        /// `written` of the samples are stored.
        case accepted(written: Int)
        /// The content is refused, all but `written` samples.
        case refused(status: Int, message: String, written: Int)
        case tooLarge(message: String)
        /// The same content is to be sent at once as another message.
        case otherMessage
        /// The receiver is in trouble; seconds that it wants to be left alone.
        case failing(String, retryAfter: Double?)
        /// It cannot be used as it is configured, or as it now is: only a person can mend that.
        case unusable(String, retryAfter: Double?)
        case cancelled
    }

    /// Bytes of a message that is looked at; what a longer one says does not matter.
    private static let longestMessage = 1 << 16

    private let destination: RemoteWriteDestination
    private let transport: any HTTPTransport
    private let secretHeaders: SecretHeaders
    private let userAgent: String
    private let metrics: RemoteWriteMetrics
    /// The message version that it was found to understand.
    private var found: RemoteWriteMessage?
    /// Messages that it has refused by their type since one was accepted.
    private var refused: Set<RemoteWriteMessage> = []

    init(
        _ destination: RemoteWriteDestination, transport: any HTTPTransport, userAgent: String,
        metrics: RemoteWriteMetrics
    ) {
        self.destination = destination
        self.transport = transport
        secretHeaders = SecretHeaders(destination)
        self.userAgent = userAgent
        self.metrics = metrics
    }

    /// The message that is sent now.
    var message: RemoteWriteMessage { destination.message ?? found ?? .version2 }

    /// Sends one request; what it was is for ``judge(_:of:now:)``.
    func send(_ body: [UInt8]) async -> Result<RemoteWriteAnswer, RemoteWriteFailure> {
        var headers = message.headers
        headers += [("Content-Encoding", "snappy"), ("User-Agent", userAgent)]
        let secrets: [String]
        do {
            let secret = try secretHeaders.current()
            headers += secret.headers
            secrets = secret.secrets
        } catch {
            return .failure(.unusable("\(error)"))
        }
        do throws(TransportError) {
            var answer = RemoteWriteAnswer(
                try await transport.send(
                    TransportRequest(
                        .post, url: destination.url, headers: headers, body: body, timeout: destination.timeout,
                        maximumBody: Self.longestMessage, needsBody: false)))
            metrics.requests(String(answer.status))
            // What a receiver repeats of a request must not be logged.
            answer.message = SecretText.redact(secrets, in: answer.message).shortened
            return .success(answer)
        } catch {
            switch error {
            case .timeout: return fail("timeout", "no answer within \(destination.timeout.seconds)")
            case .connection(let reason): return fail("connection_error", reason)
            case .tooLarge: return fail("broken_answer", "its response is too large")
            case .cancelled: return .failure(.cancelled)
            }
        }
    }

    private func fail(_ code: String, _ reason: String) -> Result<RemoteWriteAnswer, RemoteWriteFailure> {
        metrics.requests(code)
        return .failure(.failing(reason))
    }

    /// Returns the consequence of an answer to `count` samples.
    mutating func judge(
        _ result: Result<RemoteWriteAnswer, RemoteWriteFailure>, of count: Int, now: Double
    ) -> Verdict {
        let answer: RemoteWriteAnswer
        switch result {
        case .success(let success): answer = success
        case .failure(.failing(let reason)): return .failing(reason, retryAfter: nil)
        case .failure(.unusable(let reason)): return .unusable(reason, retryAfter: nil)
        case .failure(.cancelled): return .cancelled
        }
        let retryAfter = answer.retryAfter.flatMap { RetryAfter.seconds($0, now: now) }
        let text = "\(answer.status)" + (answer.message.isEmpty ? "" : ": \(answer.message)")
        switch answer.status {
        case 200..<300: return accepted(answer, of: count)
        case 415: return refusedType(text)
        case 429, 500...: return .failing("the receiver answered \(text)", retryAfter: retryAfter)
        case 413: return .tooLarge(message: text)
        // Any other is about who asks, where and how, which samples cannot help.
        case 400, 409, 422:
            if message == .version2, found == nil, destination.message == nil, answer.samplesWritten == nil {
                found = .version1
                return .otherMessage
            }
            return .refused(
                status: answer.status, message: text, written: min(max(answer.samplesWritten ?? 0, 0), count))
        default: return .unusable("the receiver answered \(text)", retryAfter: retryAfter)
        }
    }

    private mutating func accepted(_ answer: RemoteWriteAnswer, of count: Int) -> Verdict {
        refused = []
        guard message == .version2 else {
            found = .version1
            return .accepted(written: count)
        }
        if let written = answer.samplesWritten {
            found = .version2
            return .accepted(written: min(max(written, 0), count))
        }
        guard destination.message == nil else {
            return .unusable(
                "the receiver answered \(answer.status) without the number of written samples, so it supports only "
                    + RemoteWriteMessage.version1.rawValue, retryAfter: nil)
        }
        found = .version1
        return .otherMessage
    }

    private mutating func refusedType(_ text: String) -> Verdict {
        guard destination.message == nil else { return .unusable("the receiver answered \(text)", retryAfter: nil) }
        refused.insert(message)
        found = message == .version1 ? .version2 : .version1
        if refused.count < RemoteWriteMessage.allCases.count { return .otherMessage }
        refused = []
        return .unusable("the receiver supports no remote write message: \(text)", retryAfter: nil)
    }
}

/// The parts of a receiver's answer that matter.
struct RemoteWriteAnswer {
    var status: Int
    /// The `Retry-After` header, as sent.
    var retryAfter: String?
    /// `X-Prometheus-Remote-Write-Samples-Written`: only a receiver of 2.0 sends it.
    var samplesWritten: Int?
    /// The first line of the body.
    var message: String

    init(_ answer: TransportAnswer) {
        status = answer.status
        retryAfter = answer.retryAfter
        samplesWritten = answer.headers.first(name: "X-Prometheus-Remote-Write-Samples-Written").flatMap { Int($0) }
        let line = String(buffer: answer.body).split(whereSeparator: \.isNewline).first ?? ""
        message = String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}

/// Why there is no answer.
enum RemoteWriteFailure: Error {
    case failing(String)
    case unusable(String)
    case cancelled
}

extension String {
    /// The text cut to the length that a line of a log has room for.
    fileprivate var shortened: String { count > 300 ? prefix(300) + "…" : self }
}

extension Double {
    /// `30 s`.
    fileprivate var seconds: String { self == rounded() ? "\(Int(self)) s" : "\(self) s" }
}

extension RemoteWriteMessage {
    /// The headers that say so.
    var headers: [(name: String, value: String)] {
        switch self {
        case .version1:
            [
                ("Content-Type", "application/x-protobuf"), ("X-Prometheus-Remote-Write-Version", "0.1.0"),
            ]
        case .version2:
            [
                ("Content-Type", "application/x-protobuf;proto=\(rawValue)"),
                ("X-Prometheus-Remote-Write-Version", "2.0.0"),
            ]
        }
    }
}
