internal import Logging

/// The log of one destination: when it begins to fail and when it works again, not each attempt.
struct RemoteWriteLog {
    /// Seconds after which a failure that lasts is logged again.
    static let failureInterval = 300.0
    /// Seconds between two lines about dropped samples.
    static let dropInterval = 60.0

    private let log: Logger
    private var failingSince: Double?
    private var failureTold = -Double.infinity
    private var dropTold = -Double.infinity
    /// Dropped since the last line that said so.
    private var dropped = 0

    init(_ logger: Logger, remote: String) {
        log = Logger(logger, remote: remote)
    }

    mutating func failed(_ reason: String, now: Double) {
        let since = failingSince ?? now
        if failingSince == nil {
            failingSince = now
            failureTold = -Double.infinity
        }
        guard now - failureTold >= Self.failureInterval else { return }
        failureTold = now
        let length = Int(now - since)
        let time = length > 0 ? " for \(length) s" : ""
        log.warning("remote write is failing\(time): \(reason); retrying, nothing is dropped")
    }

    mutating func worked(now: Double) {
        guard let since = failingSince else { return }
        failingSince = nil
        log.info("remote write recovered after \(Int(now - since)) s")
    }

    mutating func dropped(_ samples: Int, _ reason: String, now: Double) {
        dropped += samples
        guard now - dropTold >= Self.dropInterval else { return }
        dropTold = now
        log.warning("receiver rejected \(dropped) samples: \(reason); dropped them")
        dropped = 0
    }

    func info(_ text: String) { log.info("\(text)") }

    func error(_ text: String) { log.error("\(text)") }
}

extension Logger {
    fileprivate init(_ logger: Logger, remote: String) {
        self = logger
        self[metadataKey: "remote"] = "\(remote)"
    }
}
