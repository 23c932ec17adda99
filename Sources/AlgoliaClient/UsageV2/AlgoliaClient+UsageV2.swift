public import UsageModel

/// Usage API v2: the metrics that its registry lists. It has the address and the key of the Usage API.
extension AlgoliaClient {
    /// The metrics that the application's registry lists, their texts fit to be shown.
    public func billingMetrics() async throws(AlgoliaError) -> [BillingMetric] {
        let target = "/2/metrics/registry?application=\(PercentEncoding.pathSegment(application))"
        let read = try await usageV2(target, BillingDecoder.registry)
        noteIgnored(read.ignored, .usageV2)
        let secrets = secrets
        return read.answer.map { metric in
            BillingMetric(
                name: metric.name, label: ForeignText.shown(metric.label, redacting: secrets),
                description: ForeignText.shown(metric.description, redacting: secrets))
        }
    }

    /// Returns the answer to `request`: points of the asked range and metrics alone.
    public func billing(_ request: BillingRequest) async throws(AlgoliaError) -> UsageAnswer {
        let application = application
        let answer = try await usageV2(request.target(application)) { bytes throws(UsageDecodingError) in
            try BillingDecoder.points(bytes, of: request, application)
        }
        return finished(answer, within: request.range, request.granularity, .usageV2)
    }

    private func usageV2<Answer: Sendable>(
        _ target: String, _ decode: (UnsafeRawBufferPointer) throws(UsageDecodingError) -> Answer
    ) async throws(AlgoliaError) -> Answer {
        guard let usageKey else { throw .noKey("no usage key is configured") }
        return try await get(
            .usageV2, url: endpoints.url(endpoints.usage, application: application, target: target), key: usageKey
        ) { body throws(AlgoliaError) in try decoding(body, decode) }
    }
}
