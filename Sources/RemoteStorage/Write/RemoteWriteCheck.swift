private import CoreMetrics
public import Transport

/// Whether a receiver can be reached and takes the credentials, by a request without samples.
public enum RemoteWriteCheck {
    /// - Parameter proxies: those of the environment.
    /// - Returns: whether it works, and a sentence for people.
    public static func check(
        _ destination: RemoteWriteDestination, userAgent: String, proxies: ProxyRules = ProxyRules()
    ) async -> (works: Bool, text: String) {
        let transport: AsyncHTTPTransport
        do {
            transport = AsyncHTTPTransport(
                tls: try destination.tls.configuration(remote: destination.name),
                proxies: destination.proxies(otherwise: proxies))
        } catch {
            return (false, "\(error)")
        }
        // Every receiver knows an empty message of 1.0, as far as it may not want 2.0 alone.
        var plain = destination
        plain.message = destination.message ?? .version1
        var receiver = RemoteWriteReceiver(
            plain, transport: transport, userAgent: userAgent,
            metrics: RemoteWriteMetrics(remote: destination.name, factory: NOOPMetricsHandler.instance))
        let result = await receiver.send(WritePiece(series: []).body(receiver.message))
        let verdict = receiver.judge(result, of: 0, now: 0)
        transport.close()
        switch verdict {
        case .accepted: return (true, "accepts an empty request")
        case .refused(_, let message, _), .tooLarge(let message):
            return (false, "rejects an empty request: \(message)")
        case .failing(let reason, _), .unusable(let reason, _): return (false, reason)
        case .otherMessage, .cancelled: return (false, "no answer")
        }
    }
}
