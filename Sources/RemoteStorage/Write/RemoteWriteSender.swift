package import CoreMetrics
package import History
package import Logging
internal import PrometheusModel
package import Transport
package import UsageModel

/// Sends what waits in an outbox to one destination, a request at a time: that keeps the order.
///
/// Nothing is read before the last batch was dealt with, so a receiver that is slow or gone costs
/// no memory. A batch is dealt with when each of its samples was accepted, or refused for what it
/// is; whatever else a receiver does, the batch is sent again.
package struct RemoteWriteSender {
    /// Seconds between two looks at an empty outbox.
    private static let rest = 1.0
    /// Seconds to wait when the history cannot be used.
    private static let storageRest = 10.0
    /// Seconds after which waiting looks up.
    private static let longestNap = 30.0
    /// For answers that only a person can mend: a wrong URL or password.
    private static let unusable = Backoff(base: 5, cap: 60, floor: 0.5)
    /// How often one batch is split, at most, to find what the receiver refuses of it.
    private static let mostSplits = 64

    private let destination: RemoteWriteDestination
    private let outbox: Outbox
    private let labels: @Sendable () -> ApplicationLabels
    private let clock: any WallClock
    private let metrics: RemoteWriteMetrics
    private let stop: StopSignal
    private var receiver: RemoteWriteReceiver
    private var log: RemoteWriteLog
    private var generator: any RandomNumberGenerator & Sendable
    /// The most samples of a batch: fewer than configured once a request was too large.
    private var limit: Int
    /// Failures in a row.
    private var failures = 0
    /// Whether the receiver has accepted anything since it last failed, so that a refusal is about the content.
    private var isProven = false
    /// The end of the oldest bucket that waits.
    private var oldest: UnixTime?

    /// - Parameters:
    ///   - repairedSince: from where on what is missing of the history will still be collected.
    ///   - labels: those that are added to each application's metrics, as they are now.
    ///   - stop: ends it.
    ///   - generator: the source of jitter.
    package init(
        _ destination: RemoteWriteDestination, history: History, repairedSince: @escaping Outbox.RepairedSince,
        transport: any HTTPTransport, userAgent: String, clock: any WallClock, metrics: any MetricsFactory,
        logger: Logger, labels: @escaping @Sendable () -> ApplicationLabels = { ApplicationLabels() },
        stop: StopSignal = StopSignal(),
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.destination = destination
        self.clock = clock
        self.labels = labels
        self.stop = stop
        self.generator = generator
        self.metrics = RemoteWriteMetrics(remote: destination.name, factory: metrics)
        outbox = Outbox(
            history, destination: destination.name, sampleCounts: RemoteWriteSeries.sampleCounts,
            repairedSince: repairedSince)
        receiver = RemoteWriteReceiver(
            destination, transport: transport, userAgent: userAgent, metrics: self.metrics)
        log = RemoteWriteLog(logger, remote: destination.name)
        limit = destination.maxSamplesPerSend
    }

    /// Sends until told to stop or cancelled.
    package mutating func run() async {
        while !stop.isAsked, !Task.isCancelled {
            do {
                if try await !step() { try await clock.sleep(for: Self.rest) }
            } catch is CancellationError {
                return
            } catch {
                log.error("\(HistoryError.sentence(error)); retrying in \(Int(Self.storageRest)) s")
                do { try await clock.sleep(for: Self.storageRest) } catch { return }
            }
        }
    }

    /// Deals with the next batch.
    /// - Returns: whether there was any.
    package mutating func step() async throws -> Bool {
        guard let batch = try await outbox.next(limit: limit, now: clock.now) else {
            oldest = nil
            showLag()
            return false
        }
        oldest = batch.oldest ?? oldest
        showLag()
        let notBefore = await self.oldestWanted()
        let (piece, tooOld) = WritePiece.of(batch, notBefore: notBefore, labels: labels())
        if piece.count > 0 { try await deliver(piece) }
        try await outbox.confirm()
        if tooOld > 0 { metrics.dropped(tooOld, .tooOld) }
        return true
    }

    /// From where on samples are sent. A clock that is ahead would make everything too old, so it counts only up to a
    /// day after the vendor's newest answer, whose time the vendor confirmed.
    private func oldestWanted() async -> UnixTime {
        guard let limit = destination.sampleAgeLimit else { return .min }
        let present = await outbox.newestFetch.map { min(clock.now, $0 + Granularity.daily.seconds) } ?? clock.now
        return present - limit
    }

    private func showLag() { metrics.lag(oldest.map { max(clock.seconds - Double($0), 0) } ?? 0) }

    // MARK: One batch

    /// Gets a piece to the receiver, in parts if it refuses the whole: a part at a time, in order.
    private mutating func deliver(_ whole: WritePiece) async throws {
        var pieces = [whole]
        var splits = 0
        while let piece = pieces.popLast() {
            switch try await send(piece) {
            case .accepted(let written):
                account(piece, written: written)
                // A receiver that accepts some is worth looking for the rest.
                splits = 0
            case .tooLarge(let message):
                // The next ones fit from the start.
                limit = max(1, min(limit, piece.count / 2))
                if let (first, second) = piece.halves { pieces += [second, first] } else { drop(piece, 413, message) }
            case .refused(let status, let message, let written):
                if written > 0 {
                    // It has looked at each sample by itself.
                    metrics.accepted(written)
                    drop(piece.count - written, status, message)
                } else if splits < Self.mostSplits, let (first, second) = piece.halves {
                    splits += 1
                    pieces += [second, first]
                } else {
                    drop(piece.count, status, message)
                }
            }
        }
    }

    private mutating func account(_ piece: WritePiece, written: Int) {
        metrics.accepted(written)
        guard written < piece.count else { return }
        metrics.dropped(piece.count - written, .partial)
        log.dropped(piece.count - written, "the receiver stored fewer samples than were sent", now: clock.monotonic)
    }

    private mutating func drop(_ samples: Int, _ status: Int, _ message: String) {
        guard samples > 0 else { return }
        metrics.dropped(samples, String(status))
        log.dropped(samples, message, now: clock.monotonic)
    }

    private mutating func drop(_ piece: WritePiece, _ status: Int, _ message: String) {
        drop(piece.count, status, message)
    }

    /// The answer of a receiver that works.
    private enum Answer {
        case accepted(written: Int)
        case refused(status: Int, message: String, written: Int)
        case tooLarge(message: String)
    }

    /// Sends one request, again and again until the receiver says something to its content.
    private mutating func send(_ piece: WritePiece) async throws -> Answer {
        var sent: (message: RemoteWriteMessage, body: [UInt8])?
        while true {
            if sent?.message != receiver.message { sent = (receiver.message, piece.body(receiver.message)) }
            let body = sent?.body ?? []
            let result = try await stop.sending { [receiver] in await receiver.send(body) }
            switch receiver.judge(result, of: piece.count, now: clock.seconds) {
            case .accepted(let written):
                worked()
                isProven = true
                return .accepted(written: written)
            case .refused(let status, let message, let written):
                guard written > 0 || isProven else {
                    // A wrong path or scheme is answered like wrong samples by some: does it take none at all?
                    try await prove(refusal: message)
                    continue
                }
                worked()
                return .refused(status: status, message: message, written: written)
            case .tooLarge(let message):
                worked()
                return .tooLarge(message: message)
            case .otherMessage: continue
            case .failing(let reason, let retryAfter):
                let backoff = Backoff(base: destination.minBackoff, cap: destination.maxBackoff)
                try await wait(reason, backoff, atLeast: max(destination.minBackoff, retryAfter ?? 0))
            case .unusable(let reason, let retryAfter):
                try await wait(reason, Self.unusable, atLeast: retryAfter ?? 0)
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// Asks the receiver to take nothing, and waits when it does not want even that.
    private mutating func prove(refusal: String) async throws {
        let body = WritePiece(series: []).body(receiver.message)
        let result = try await stop.sending { [receiver] in await receiver.send(body) }
        switch receiver.judge(result, of: 0, now: clock.seconds) {
        case .accepted: isProven = true
        case .otherMessage: return
        case .cancelled: throw CancellationError()
        case .refused, .tooLarge:
            try await wait("the receiver rejects even an empty request: \(refusal)", Self.unusable, atLeast: 0)
        case .failing(let reason, let retryAfter), .unusable(let reason, let retryAfter):
            try await wait(reason, Self.unusable, atLeast: retryAfter ?? 0)
        }
    }

    private mutating func worked() {
        failures = 0
        log.worked(now: clock.monotonic)
    }

    private mutating func wait(_ reason: String, _ backoff: Backoff, atLeast: Double) async throws {
        failures += 1
        isProven = false
        log.failed(reason, now: clock.monotonic)
        let delay = backoff.delay(failures: failures, using: &generator)
        if stop.isAsked { throw CancellationError() }
        // In pieces, so that the lag grows meanwhile.
        var rest = max(delay, atLeast)
        repeat {
            let nap = min(rest, Self.longestNap)
            try await clock.sleep(for: nap)
            rest -= nap
            showLag()
        } while rest > 0
    }
}

/// Which stored series are sent.
enum RemoteWriteSeries {
    /// How many samples a point becomes: none of what `/metrics` does not have.
    ///
    /// Where unknown statistics share a metric's name, the one that was stored first keeps it:
    /// what comes later never changes what is sent already.
    static let sampleCounts: Outbox.SampleCounts = { stored in
        var counts = [[Granularity: Int]](repeating: [:], count: stored.count)
        for member in MetricSeriesSet(stored.map(\.key)).members {
            counts[member.position][member.series.granularity, default: 0] += 1
        }
        return counts
    }
}
